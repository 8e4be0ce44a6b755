// What Kubernetes does by itself with a window, its Job and its Pods: the Job controller, the kubelet, the garbage collector.
import { bit, type Job, type Kube, type Pod, podBit } from "./parts.ts";
import type { Setting } from "./setting.ts";

export interface KubeMove {
  readonly kube: Kube;
  /** What of looks at this window is stale now. */
  readonly touched: number;
  readonly text: string;
  readonly wrong?: string | undefined;
}

export function isLive(job: Job | undefined): boolean {
  return job?.phase === "active" && job.deleting === "no";
}

export function isDone(job: Job | undefined): boolean {
  return job?.phase === "complete" || job?.phase === "failed";
}

export function kubernetesMoves(kube: Kube, setting: Setting): readonly KubeMove[] {
  return [...jobControllerMoves(kube, setting), ...kube.pods.flatMap((pod) => podMoves(kube, pod)), ...collectorMoves(kube, setting)];
}

function jobControllerMoves(kube: Kube, setting: Setting): readonly KubeMove[] {
  const { wanted, job } = kube;
  const moves: KubeMove[] = [];
  if (wanted !== undefined) {
    moves.push(createPod(kube, wanted, setting));
    const believes = isLive(job) && job?.uid === wanted.job;
    if (!believes) moves.push({ kube: { ...kube, wanted: undefined }, touched: 0, text: "the Job controller learns of the end of Job" });
  }
  if (setting.failsEarly && job !== undefined && isLive(job)) moves.push(fail(kube, job, setting));
  return moves;
}

function createPod(kube: Kube, wanted: { readonly job: string; readonly pods: number }, { shortcut }: Setting): KubeMove {
  const taken = new Set(kube.pods.map((pod) => pod.uid));
  const uid = ["pod-0", "pod-1", "pod-2", "pod-3"].find((name) => !taken.has(name)) ?? "pod-4";
  const pod: Pod = { uid, job: wanted.job, owner: wanted.job, phase: "gated", deleting: false };
  const left = wanted.pods === 1 ? undefined : { job: wanted.job, pods: wanted.pods - 1 };
  const pods = [...kube.pods, pod].sort((a, b) => a.uid.localeCompare(b.uid));
  const made: Kube = { ...kube, wanted: left, pods };
  const text = `${uid} of the Job is created for`;
  if (shortcut?.gateless === undefined) return { kube: made, touched: podBit(uid), text };
  return { ...startPod(made, uid), text };
}

/** A container of it starts. */
export function startPod(kube: Kube, uid: string): Pick<KubeMove, "kube" | "touched" | "wrong"> {
  const job = kube.pods.find((pod) => pod.uid === uid)?.job;
  const pods = kube.pods.map((pod) => (pod.uid === uid ? { ...pod, phase: "running" as const } : pod));
  return { kube: { ...kube, pods, started: job }, touched: podBit(uid), wrong: wrongStart(kube, job) };
}

function wrongStart(kube: Kube, job: string | undefined): string | undefined {
  if (kube.started !== undefined && kube.started !== job) return "a second Job is started for one slot";
  return kube.status.run?.result === undefined ? undefined : "a Pod is let go after the result was recorded";
}

/** The Job is Failed at once; its Pods are only asked to end. */
function fail(kube: Kube, job: Job, setting: Setting): KubeMove {
  const failed: Job = { ...job, phase: "failed" };
  return {
    kube: { ...dropPods(kube, job.uid, setting), job: failed },
    touched: bit.job | podBits(kube),
    text: "the Job fails while Pods of it run, of",
  };
}

/** The Job controller wants no more Pods of it, and asks those that are there to end. */
export function dropPods(kube: Kube, job: string, setting: Setting): Kube {
  const pods = kube.pods.map((pod) => (pod.owner === job ? { ...pod, deleting: true } : pod));
  return { ...kube, pods, wanted: setting.latePods ? kube.wanted : undefined };
}

export function podBits(kube: Kube): number {
  return kube.pods.reduce((bits, pod) => bits | podBit(pod.uid), 0);
}

function podMoves(kube: Kube, pod: Pod): readonly KubeMove[] {
  const owner = kube.job?.uid === pod.owner ? kube.job : undefined;
  const isUnwanted = pod.owner !== "" && (owner === undefined || owner.deleting === "foreground" || pod.deleting);
  if (pod.phase === "gated" && !isUnwanted) return [];
  const pods = kube.pods.filter((other) => other !== pod);
  const without: Kube = { ...kube, pods };
  const touched = podBit(pod.uid);
  const text = `${pod.uid} ends, of`;
  if (owner === undefined || !isLive(owner) || pod.deleting || pod.phase === "gated") return [{ kube: without, touched, text }];
  const left = owner.left - 1;
  const job: Job = left === 0 ? { ...owner, left, phase: "complete" } : { ...owner, left };
  return [{ kube: { ...without, job, completed: left === 0 }, touched: touched | bit.job, text }];
}

function collectorMoves(kube: Kube, setting: Setting): readonly KubeMove[] {
  const { job } = kube;
  if (job === undefined) return [];
  const moves: KubeMove[] = [];
  if (job.deleting === "foreground" && !kube.pods.some((pod) => pod.owner === job.uid)) {
    const left: Job | undefined = job.finalizer ? { ...job, deleting: "background" } : undefined;
    moves.push({ kube: { ...kube, job: left }, touched: bit.job, text: "the collector is done with the Pods of the Job of" });
  }
  if (kube.window === "gone" && job.deleting === "no") {
    moves.push({ kube: deleteInBackground(kube, job, setting), touched: bit.job, text: "the collector deletes the Job of" });
  }
  return moves;
}

/** Its Pods live on while a finalizer holds it. */
export function deleteInBackground(kube: Kube, job: Job, setting: Setting): Kube {
  const left: Job | undefined = job.finalizer ? { ...job, deleting: "background" } : undefined;
  return { ...kube, job: left, wanted: setting.latePods ? kube.wanted : undefined };
}
