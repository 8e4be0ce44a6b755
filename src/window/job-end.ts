// What may be said of a run's Job and Pods as a whole. A Pod that waits behind our gate is not gone: a late unsuspend would
// still let it be seen as the run's own.
import type { RunRecord } from "../crds/status.ts";
import type { JobFacts, JobName, PodFacts } from "./observed.ts";

export type OwnJob = Extract<JobFacts, { kind: "job" }>;

/** The Job of that name if this run made it (whatever its uid). */
export function ownJob(job: JobFacts): OwnJob | undefined {
  return job.kind === "job" ? job : undefined;
}

export function isDone(job: OwnJob | undefined): boolean {
  return job?.phase === "complete" || job?.phase === "failed";
}

/**
 * Pods that may run, now or later. One that somebody orphaned while our gate was on it never will: only Pods of the named Job are
 * let go, and to orphan it has spoilt every patch that was under way for it.
 */
export function livePods(pods: readonly PodFacts[]): readonly PodFacts[] {
  return pods.filter((pod) => pod.phase !== "ended" && !(pod.phase === "gated" && pod.jobUid === ""));
}

/** No Pod of the run can be running, now or later. */
export function isQuiet(job: OwnJob | undefined, pods: readonly PodFacts[]): boolean {
  return (job === undefined || isDone(job) || job.deleting !== "no") && livePods(pods).length === 0;
}

/**
 * The Job that a DELETE with foreground propagation still has to be asked of: a background one leaves its Pods running. Kubernetes
 * takes the foreground mark off once the Job's Pods are gone; asking again would only set it anew, for as long as our finalizer
 * is on. Pods that somebody orphaned are not the Job's any more: they are waited for.
 */
export function stoppable(job: OwnJob | undefined, pods: readonly PodFacts[], run: RunRecord): JobName | undefined {
  if (job === undefined || job.deleting === "foreground") return undefined;
  if (job.deleting === "background" && !livePods(pods).some((pod) => pod.jobUid === job.uid)) return undefined;
  return { name: run.jobName, uid: job.uid };
}

/** The Job that status names is gone, replaced or being deleted; or it is being deleted before status could name it. */
export function isLost(job: OwnJob | undefined, run: RunRecord): boolean {
  if (run.jobRef === undefined) return job !== undefined && job.deleting !== "no";
  return job === undefined || job.uid !== run.jobRef.uid || job.deleting !== "no";
}
