// Which steps of a run have been reached, and when that was first seen. Both the deadlines and the status read it here, so
// that they cannot disagree.
import type { RunRecord, Steps } from "../crds/status.ts";
import { timeText } from "./deadlines.ts";
import { isDone, ownJob } from "./job-end.ts";
import type { LockFacts, Observed } from "./observed.ts";

type StepName = keyof Steps;

/** The steps recorded, the ones that this look adds, and without those that it takes back (a place in the queue lost). */
export function stepsReached(o: Observed, run: RunRecord): Steps {
  const reached = stepsOfThisPlace(o, run);
  const mark = (name: StepName, yes: boolean) => {
    if (yes && reached[name] === undefined) reached[name] = timeText(o.now);
  };
  const markOrTakeBack = (name: StepName, yes: boolean) => {
    if (yes) mark(name, true);
    else delete reached[name];
  };
  if (o.locks.kind === "locks") {
    const { held, locks } = o.locks;
    const queued = held !== "absent" && locks.every(isQueued);
    mark("queuedTime", queued);
    if (held !== "promoted" && run.result === undefined) {
      markOrTakeBack("drainStartTime", queued && !locks.some((l) => l.writerAhead));
      markOrTakeBack("drainedTime", queued && locks.every((l) => l.ahead === 0));
    }
    mark("exclusiveTime", held === "promoted");
    const pausedAndReleased = run.result !== undefined && held === "absent" && reached.queuedTime !== undefined;
    mark("releaseTime", pausedAndReleased && locks.every((l) => l.node === "absent"));
  }
  const job = ownJob(o.job);
  mark("unsuspendTime", job?.token !== undefined);
  if (o.pods.kind === "pods" && job?.token !== undefined) {
    mark("jobStartTime", isDone(job) || o.pods.pods.some((pod) => pod.started));
  }
  return reached;
}

function stepsOfThisPlace({ locks }: Observed, run: RunRecord): Steps {
  const { drainStartTime: _, ...others } = run.steps;
  const isAnother = locks.kind === "locks" && locks.locks.some((lock) => isAnotherPlace(lock, run));
  return isAnother ? others : { ...run.steps };
}

/** Lost and taken anew since it was recorded: the write that would have told of the loss may have lost a race itself. */
function isAnotherPlace({ path, node, nodeName }: LockFacts, run: RunRecord): boolean {
  const known = run.locks.find((lock) => lock.path === path)?.node;
  return node === "queued" && known !== undefined && nodeName !== known;
}

function isQueued(lock: LockFacts): boolean {
  return lock.node !== "absent" && isSignalled(lock);
}

/** Whether everybody who is to be asked to pause is being asked. */
export function isSignalled({ signal }: LockFacts): boolean {
  return signal === "not used" || signal === "ours" || signal === "ours for good";
}
