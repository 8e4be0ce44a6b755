// What a controller's request does to the objects in Kubernetes, if its guards hold.
import type { Status } from "../../src/crds/status.ts";
import { type KubeMove, startPod } from "./kubernetes.ts";
import { bit, type Effect, type Hand, type Job, type Kube, podBit } from "./parts.ts";
import type { Setting } from "./setting.ts";
import type { Shortcut } from "./shortcuts.ts";

/** The bits of a look that the effect is guarded by. */
export function guardOf({ do: action, pod, ops }: Effect, shortcut?: Shortcut): number {
  switch (action) {
    case "add finalizer":
    case "remove finalizer":
      return bit.window;
    case "start Job":
    case "stop Job":
    case "remove Job finalizer":
      return bit.job;
    case "let Pod go":
      return pod === undefined ? 0 : podBit(pod);
    default:
      return (ops ?? []).reduce((bits, op) => {
        if (op.on === "fence") return bits | bit.fence[op.path];
        if (op.on === "own fence") return bits | bit.ownFence;
        return op.on === "node" && op.op !== "queue" && !shortcut?.lenient ? bits | bit.node[op.path] : bits;
      }, 0);
  }
}

export type Changed = Pick<KubeMove, "kube" | "touched" | "wrong">;

/** Undefined where it is refused. `hands`: so that a new Job's uid is no uid that anybody knows. */
export function carryOut(kube: Kube, effect: Effect, setting: Setting, hands: readonly Hand[]): Changed | undefined {
  const { job } = kube;
  switch (effect.do) {
    case "add finalizer":
      return kube.window === "here" ? { kube: { ...kube, finalizer: true }, touched: bit.window } : undefined;
    case "remove finalizer":
      return { kube: kube.window === "deleting" ? goneWindow(kube) : { ...kube, finalizer: false }, touched: bit.window };
    case "create Job":
      return job === undefined ? { kube: { ...kube, job: newJob(kube, hands) }, touched: bit.job } : undefined;
    case "let Pod go":
      return effect.pod === undefined ? undefined : startPod(kube, effect.pod);
    default:
      return job === undefined ? undefined : { kube: onJob(kube, job, effect, setting), touched: bit.job };
  }
}

function onJob(kube: Kube, job: Job, effect: Effect, setting: Setting): Kube {
  switch (effect.do) {
    case "start Job":
      return activate(kube, { ...job, token: effect.token }, setting);
    case "stop Job":
      return { ...kube, job: { ...job, deleting: "foreground" }, wanted: setting.latePods ? kube.wanted : undefined };
    default:
      return { ...kube, job: job.deleting === "background" ? undefined : { ...job, finalizer: false } };
  }
}

export function activate(kube: Kube, job: Job, { podsPerJob }: Setting): Kube {
  if (job.phase !== "suspended") return { ...kube, job };
  const active: Job = { ...job, phase: "active", left: podsPerJob };
  return { ...kube, job: active, wanted: { job: job.uid, pods: podsPerJob } };
}

export function goneWindow(kube: Kube): Kube {
  return { ...kube, window: "gone", finalizer: false, abandon: false, status: {} };
}

function newJob(kube: Kube, hands: readonly Hand[]): Job {
  const known = JSON.stringify([kube, hands]);
  const uid = ["job-1", "job-2", "job-3", "job-4", "job-5", "job-6"].find((name) => !known.includes(`"${name}"`));
  if (uid === undefined) throw new Error("the model has no uid left for one more Job");
  return { uid, phase: "suspended", deleting: "no", finalizer: true, token: undefined, left: 0 };
}

/** The status write. */
export function written(kube: Kube, status: Status): Changed {
  const isRecorded = kube.status.run?.result === undefined && status.run?.result !== undefined;
  return { kube: { ...kube, status }, touched: bit.window, wrong: isRecorded ? wrongRecord(kube, status.run?.result?.result) : undefined };
}

function wrongRecord({ pods, completed }: Kube, result: string | undefined): string | undefined {
  if (pods.some((pod) => pod.phase === "running")) return "a result is recorded while a Pod runs";
  return completed && result !== "Succeeded" ? `the Job completed, and its result is recorded as ${result}` : undefined;
}
