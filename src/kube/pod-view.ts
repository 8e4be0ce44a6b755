// A Pod as the controller looks at it. Pure.
//
// Promised: `ended` only when no container of it can run any more (Succeeded, Failed). A Pod on a node that nobody hears
// from is not ended, however long that lasts: `unreachable`.
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { schedulingGate } from "../crds/meta.ts";
import type { Json, Ref } from "./json.ts";

export interface PodView extends Ref {
  /** The uid of the Job that controls it. */
  readonly jobUid: string | undefined;
  /** Whether it bears our scheduling gate. */
  readonly gated: boolean;
  readonly phase: "gated" | "pending" | "running" | "ended";
  /** Whether any container of it, init containers included, has started. */
  readonly started: boolean;
  readonly deleting: boolean;
  /** Its node is lost, or it should have ended by now: past its grace it is still there. */
  readonly unreachable: boolean;
  /** Why it does not run: ImagePullBackOff, Unschedulable…, with the message; "" where nothing is said. */
  readonly message: string;
  readonly nodeName: string | undefined;
  readonly podIp: string | undefined;
  /** It is on its node's network: others have the same address. */
  readonly hostNetwork: boolean;
  /** RFC 3339. */
  readonly createdTime: string | undefined;
}

/** `nowMs` is milliseconds since 1970. */
export function podView(pod: Json<V1Pod>, nowMs: number): PodView {
  const meta = pod.metadata ?? {};
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const gates = (pod.spec?.schedulingGates ?? []).map((gate) => gate.name);
  const phase = phaseOf(pod, gates.length > 0);
  return {
    namespace: meta.namespace ?? "",
    name: meta.name ?? "",
    uid: meta.uid ?? "",
    resourceVersion: meta.resourceVersion ?? "",
    jobUid: meta.ownerReferences?.find((owner) => owner.controller === true && owner.kind === "Job")?.uid,
    gated: gates.includes(schedulingGate),
    phase,
    started: statuses.some(hasStarted),
    deleting: meta.deletionTimestamp !== undefined,
    unreachable: phase !== "ended" && isUnreachable(pod, nowMs),
    message: messageOf(pod, statuses),
    nodeName: pod.spec?.nodeName,
    podIp: pod.status?.podIP,
    hostNetwork: pod.spec?.hostNetwork ?? false,
    createdTime: meta.creationTimestamp,
  };
}

function phaseOf(pod: Json<V1Pod>, gated: boolean): PodView["phase"] {
  const phase = pod.status?.phase;
  if (phase === "Succeeded" || phase === "Failed") return "ended";
  // Unknown is what an old kubelet's silence was called: it may run.
  if (phase === "Running" || phase === "Unknown") return "running";
  return gated ? "gated" : "pending";
}

function hasStarted(status: Json<V1ContainerStatus>): boolean {
  const { state, lastState, restartCount = 0 } = status;
  const ran = [state?.running, state?.terminated, lastState?.running, lastState?.terminated].some((part) => part !== undefined);
  return ran || restartCount > 0;
}

/** Past its grace by a minute: the kubelet would have reported its end. */
const patienceMs = 60_000;

function isUnreachable(pod: Json<V1Pod>, nowMs: number): boolean {
  if (pod.status?.reason === "NodeLost" || isDisowned(pod)) return true;
  // Kubernetes already counts the grace into the timestamp of a Pod's deletion. A Pod that nobody scheduled has no kubelet.
  const until = Date.parse(pod.metadata?.deletionTimestamp ?? "");
  return pod.spec?.nodeName !== undefined && Number.isFinite(until) && nowMs > until + patienceMs;
}

/**
 * The node controller sets the Pods of a silent node to not ready, and touches nothing else. A kubelet says that only while a
 * container or a readiness gate is not ready.
 */
function isDisowned(pod: Json<V1Pod>): boolean {
  const is = (type: string) => pod.status?.conditions?.find((condition) => condition.type === type)?.status;
  return is("Ready") === "False" && is("ContainersReady") === "True" && (pod.spec?.readinessGates ?? []).length === 0;
}

function messageOf(pod: Json<V1Pod>, statuses: readonly Json<V1ContainerStatus>[]): string {
  const waiting = statuses
    .map((status) => status.state?.waiting)
    .find((state) => state?.reason !== undefined && !["ContainerCreating", "PodInitializing"].includes(state.reason));
  const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  const why = waiting ?? unscheduled ?? { reason: pod.status?.reason, message: pod.status?.message };
  return [why.reason, why.message].filter((text) => text).join(": ");
}
