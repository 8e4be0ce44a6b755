// A run whose result is recorded: its Job is stopped and seen ended before its locks are released, then our finalizers go.
import type { RunRecord } from "../crds/status.ts";
import { isQuiet, livePods, ownJob, stoppable } from "./job-end.ts";
import type { KnownLocks, Observed } from "./observed.ts";
import type { RecordedSituation } from "./situation.ts";

export function classifyRecorded({ window, job, pods, locks }: Observed, run: RunRecord): RecordedSituation {
  if (job.kind === "unknown") return { at: "Blind", of: "Kubernetes", why: job.why };
  if (pods.kind === "unknown") return { at: "Blind", of: "Kubernetes", why: pods.why };
  const own = ownJob(job);
  if (!isQuiet(own, pods.pods)) {
    const left = stoppable(own, pods.pods, run);
    const why = "the run is over";
    return left === undefined ? { at: "Stopping", pods: livePods(pods.pods), why } : { at: "To be stopped", job: left, why };
  }
  const abandoned = locks.kind === "unknown" && window.deleting && window.abandon === run.id;
  if (locks.kind === "unknown" && !abandoned) return { at: "Blind", of: "ZooKeeper", why: locks.why };
  if (locks.kind === "locks" && holdsAnything(locks)) return { at: "Unreleased" };
  if (own?.held) return { at: "Job finalized", job: { name: run.jobName, uid: own.uid } };
  return { at: "Released", abandoned };
}

function holdsAnything(locks: KnownLocks): boolean {
  return locks.held !== "absent" || locks.locks.some((l) => l.node !== "absent" || l.signal === "ours" || l.signal === "ours for good");
}
