// A promoted run: its write nodes outlive the controller. The Job is let go, Pod by Pod, and only while every write node
// stands first and every signal is up.
import type { RunRecord } from "../crds/status.ts";
import { jobStartEnd } from "./deadlines.ts";
import type { OwnJob } from "./job-end.ts";
import type { KnownLocks, Observed, PodFacts } from "./observed.ts";
import type { ActiveSituation } from "./situation.ts";
import { stepsReached } from "./steps.ts";

export function classifyHeld(o: Observed, run: RunRecord, job: OwnJob, { locks }: KnownLocks): ActiveSituation {
  const gone = locks.filter((l) => l.node !== "promoted");
  if (gone.length > 0) return classifyLost(o, job, gone.map((l) => l.path).join(", "));
  if (locks.some((l) => l.signal === "absent" || l.signal === "without us")) return { at: "Unsignalled" };
  if (locks.some((l) => l.ahead > 0)) return { at: "Not first" };
  if (run.fencingToken === undefined) return { at: "Without token", atLeast: highest(locks.map((l) => l.czxid)) };
  if (job.token !== run.fencingToken) return { at: "Exclusive", job: { name: run.jobName, uid: job.uid }, token: run.fencingToken };
  return classifyLetGo(o, run, job, run.fencingToken);
}

function classifyLetGo(o: Observed, run: RunRecord, job: OwnJob, token: string): ActiveSituation {
  if (job.phase === "suspended") return { at: "Paused by user" };
  const pods = o.pods.kind === "pods" ? o.pods.pods : [];
  const end = jobStartEnd(o, stepsReached(o, run));
  if (end !== undefined && o.now >= end) return { at: "Hopeless", result: "JobNotStarted", message: notStarted(o, pods) };
  const gated = pods.find((pod) => pod.phase === "gated" && pod.jobUid === job.uid && !pod.deleting);
  return gated === undefined ? { at: "Running", pods } : { at: "Pod gated", pod: gated, token };
}

function notStarted(o: Observed, pods: readonly PodFacts[]): string {
  const why = pods.map((pod) => `${pod.name}: ${pod.message || pod.phase}`).join("; ") || "no Pod was created";
  return `no container of the Job started within ${o.window.spec.jobStartTimeoutSeconds} s (${why})`;
}

function classifyLost(o: Observed, job: OwnJob, paths: string): ActiveSituation {
  const runs = o.pods.kind === "pods" && o.pods.pods.some((pod) => pod.phase === "running" || pod.phase === "waiting");
  if (o.window.spec.exclusivityLostPolicy === "Continue" && job.token !== undefined && runs) return { at: "Unguarded" };
  return { at: "Hopeless", result: "ExclusivityLost", message: `the write lock on ${paths} was removed by somebody else` };
}

function highest(czxids: readonly (string | undefined)[]): string {
  return czxids.reduce((max, id) => (id !== undefined && BigInt(id) > max ? BigInt(id) : max), 0n).toString();
}
