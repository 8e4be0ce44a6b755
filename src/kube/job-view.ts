// A Job as the controller looks at it. Pure.
//
// Promised: `complete` and `failed` only once the Job controller has said so for good. The conditions before those
// (SuccessCriteriaMet, FailureTarget) come while Pods still run.
import type { V1Job } from "@kubernetes/client-node";
import { fencingTokenAnnotation, finalizer, kind, runLabel } from "../crds/meta.ts";
import type { Json, Ref } from "./json.ts";

export interface JobView extends Ref {
  /** `suspended` is what the spec asks for; a Pod that was started before may still be ending. */
  readonly phase: "suspended" | "active" | "complete" | "failed";
  /** Why it failed (or completed): reason and message of the condition; "" while it is neither. */
  readonly message: string;
  /** `background`: being deleted, but its Pods live on while a finalizer holds it. `foreground`: its Pods are deleted first. */
  readonly deleting: "no" | "background" | "foreground";
  /** Whether it bears our finalizer. */
  readonly finalizer: boolean;
  /** The fencing token that it was let go with. */
  readonly token: string | undefined;
  readonly runId: string | undefined;
  /** The uid of the window that controls it. */
  readonly windowUid: string | undefined;
  /** Times as RFC 3339. */
  readonly createdTime: string | undefined;
  readonly startTime: string | undefined;
  readonly endTime: string | undefined;
}

export function jobView(job: Json<V1Job>): JobView {
  const meta = job.metadata ?? {};
  const end = job.status?.conditions?.find(({ type, status }) => (type === "Complete" || type === "Failed") && status === "True");
  return {
    namespace: meta.namespace ?? "",
    name: meta.name ?? "",
    uid: meta.uid ?? "",
    resourceVersion: meta.resourceVersion ?? "",
    phase: phaseOf(job, end?.type),
    message: [end?.reason, end?.message].filter((text) => text).join(": "),
    deleting: deletingOf(meta),
    finalizer: meta.finalizers?.includes(finalizer) ?? false,
    token: meta.annotations?.[fencingTokenAnnotation],
    runId: meta.labels?.[runLabel],
    windowUid: meta.ownerReferences?.find((owner) => owner.controller === true && owner.kind === kind)?.uid,
    createdTime: meta.creationTimestamp,
    startTime: job.status?.startTime,
    endTime: job.status?.completionTime ?? end?.lastTransitionTime,
  };
}

function phaseOf(job: Json<V1Job>, end: string | undefined): JobView["phase"] {
  if (end === "Complete") return "complete";
  if (end === "Failed") return "failed";
  return job.spec?.suspend === true ? "suspended" : "active";
}

function deletingOf(meta: NonNullable<Json<V1Job>["metadata"]>): JobView["deleting"] {
  if (meta.deletionTimestamp === undefined) return "no";
  return meta.finalizers?.includes("foregroundDeletion") ? "foreground" : "background";
}
