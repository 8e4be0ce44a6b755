// A run on its way: from its intent to its result. The order of the questions is the protocol's; asking for the locks before
// asking whether the run is given up, or for the Job's phase before its uid, would each be a known way to an overlap.
import type { RunRecord } from "../crds/status.ts";
import { latestStart, timeText, windowEnd } from "./deadlines.ts";
import { classifyDraining } from "./draining.ts";
import { classifyHeld } from "./exclusive.ts";
import { isDone, isLost, isQuiet, livePods, type OwnJob, ownJob, stoppable } from "./job-end.ts";
import type { KnownLocks, Observed, PodFacts } from "./observed.ts";
import type { ActiveSituation } from "./situation.ts";

export function classifyActive(o: Observed, run: RunRecord): ActiveSituation {
  if (o.job.kind === "unknown") return { at: "Blind", of: "Kubernetes", why: o.job.why };
  if (o.pods.kind === "unknown") return { at: "Blind", of: "Kubernetes", why: o.pods.why };
  const job = ownJob(o.job);
  const { pods } = o.pods;
  if (!o.window.held && !o.window.deleting) return { at: "Unfinalized" };
  if (job !== undefined && isDone(job) && job.uid === run.jobRef?.uid) return classifyDone(job, pods, run);
  const over = whyOver(o, run, job);
  if (over !== undefined) return classifyOver(job, pods, run, over);
  return hopelessByTime(o, run) ?? classifyJob(o, run, job);
}

function classifyJob(o: Observed, run: RunRecord, job: OwnJob | undefined): ActiveSituation {
  if (o.job.kind === "foreign") return { at: "Hopeless", result: "JobRefused", message: o.job.message };
  if (job === undefined) return { at: "Without Job" };
  if (run.jobRef === undefined) return { at: "Job unnamed", job: { name: run.jobName, uid: job.uid } };
  if (o.locks.kind === "unknown") return { at: "Blind", of: "ZooKeeper", why: o.locks.why };
  return classifyLocks(o, run, job, o.locks);
}

function classifyLocks(o: Observed, run: RunRecord, job: OwnJob, locks: KnownLocks): ActiveSituation {
  if (locks.held === "promoted") return classifyHeld(o, run, job, locks);
  const broken = locks.locks.find((l) => l.problem !== undefined);
  if (broken !== undefined) return { at: "Hopeless", result: "LockUnusable", message: `${broken.path}: ${broken.problem}` };
  if (locks.held === "absent" && locks.locks.every((l) => l.node === "absent")) return classifyUnqueued(o, run, locks);
  return classifyDraining(o, run, locks);
}

function classifyDone(job: OwnJob, pods: readonly PodFacts[], run: RunRecord): ActiveSituation {
  const live = livePods(pods);
  if (live.length > 0) return { at: "Ending", pods: live };
  if (job.phase === "complete") return { at: "Ended", result: "Succeeded", message: job.message || "the Job completed" };
  if (run.gaveUp !== undefined) return { at: "Ended", result: run.gaveUp.result, message: run.gaveUp.message };
  return { at: "Ended", result: "Failed", message: job.message || "the Job failed" };
}

type Over = Pick<Extract<ActiveSituation, { at: "Ended" }>, "result" | "message">;

/** Why the run has to come to an end whatever the locks are, or undefined. */
function whyOver(o: Observed, run: RunRecord, job: OwnJob | undefined): Over | undefined {
  if (run.gaveUp !== undefined) return { result: run.gaveUp.result, message: run.gaveUp.message };
  if (o.window.deleting) return { result: "WindowDeleted", message: "the window was deleted while the run was active" };
  if (!isLost(job, run)) return undefined;
  if (run.fencingToken === undefined)
    return { result: "Cancelled", message: "the Job was deleted before it was let go: the run is given up" };
  return { result: "JobDeleted", message: "the Job was deleted while it ran" };
}

function classifyOver(job: OwnJob | undefined, pods: readonly PodFacts[], run: RunRecord, over: Over): ActiveSituation {
  const left = stoppable(job, pods, run);
  if (left !== undefined && !(isDone(job) && livePods(pods).length === 0)) return { at: "To be stopped", job: left, why: over.message };
  if (isQuiet(job, pods)) return { at: "Ended", ...over };
  return { at: "Stopping", pods: livePods(pods), why: over.message };
}

function hopelessByTime(o: Observed, run: RunRecord): ActiveSituation | undefined {
  if (o.now < windowEnd(run)) return undefined;
  const waited = run.fencingToken === undefined ? "before the Job could start" : "while the Job ran";
  return { at: "Hopeless", result: "DeadlineExceeded", message: `the window's deadline ${run.deadlineTime} passed ${waited}` };
}

function classifyUnqueued(o: Observed, run: RunRecord, locks: KnownLocks): ActiveSituation {
  const foreign = locks.locks.find((l) => l.signal === "foreign");
  if (foreign === undefined) {
    return locks.exclusiveElsewhere === undefined
      ? { at: "Unqueued", again: false }
      : { at: "Held back", message: `${locks.exclusiveElsewhere} is exclusive on a path of this window` };
  }
  const until = latestStart(o, run);
  const message = `${foreign.signalPath} exists and is not a signal of this project: remove it, or name another signalPath`;
  if (o.now >= until) return { at: "Hopeless", result: "ForeignSignal", message };
  return { at: "Held back", message: `${message} (waiting until ${timeText(until)})` };
}
