// The active run's record after a pass: what the look has shown and what the decision has written down. This is the
// machine's memory; nothing else of a run is kept anywhere.
import type { HistoryEntry, RunRecord, Steps } from "../crds/status.ts";
import type { Decision, Outcome } from "../window/action.ts";
import { timeOf, timeText } from "../window/deadlines.ts";
import type { LocksFacts, Observed } from "../window/observed.ts";
import { stepsReached } from "../window/steps.ts";
import { withDrainEffect } from "./late-drain.ts";

const LONGEST_MESSAGE = 1024;

export function clip(text: string): string {
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE - 1)}…`;
}

/** The run's record after the pass; undefined when the run is closed, or none has begun. */
export function recordAfter(o: Observed, { action }: Decision, outcome: Outcome): RunRecord | undefined {
  const { run } = o.window.status;
  if (run === undefined) return action.do === "begin" ? { ...action.run, steps: {} } : undefined;
  if (action.do === "close") return undefined;
  const seen: RunRecord = { ...withLocks(run, o.locks), steps: stepsReached(o, run) };
  return written(seen, o, { action, outcome });
}

function written(run: RunRecord, o: Observed, { action, outcome }: { action: Decision["action"]; outcome: Outcome }): RunRecord {
  const time = timeText(o.now);
  switch (action.do) {
    case "begin evicting":
      return { ...run, steps: { ...run.steps, evictTime: time } };
    case "revoke":
    case "evict":
      return withDrainEffect(run, o.now, { action, outcome });
    case "name Job":
      return { ...run, jobRef: { name: action.job.name, uid: action.job.uid } };
    case "give up":
      return { ...run, gaveUp: { result: action.result, message: clip(action.message), time } };
    case "record":
      return { ...run, result: { result: action.result, message: clip(action.message), time }, steps: ended(run, time) };
    case "issue token":
      return outcome.kind === "done" && outcome.token !== undefined ? { ...run, fencingToken: outcome.token } : run;
    case "create Job":
      return outcome.kind === "refused" ? { ...run, gaveUp: { result: "JobRefused", message: clip(outcome.message), time } } : run;
    default:
      return run;
  }
}

function ended(run: RunRecord, time: string): Steps {
  return run.fencingToken === undefined ? run.steps : { ...run.steps, jobEndTime: time };
}

function withLocks(run: RunRecord, facts: LocksFacts): RunRecord {
  const { blockedBy: _by, blockedCount: _count, ...rest } = run;
  if (facts.kind === "unknown") return run;
  const locks = run.locks.map((lock) => {
    const node = facts.locks.find((l) => l.path === lock.path)?.nodeName;
    return node === undefined ? lock : { ...lock, node };
  });
  const vanished = facts.locks.flatMap((l) => l.vanished).slice(0, 20);
  const named = vanished.length === 0 ? rest : { ...rest, vanished: vanished.map((reader) => reader.slice(0, 200)) };
  const ahead = facts.locks.reduce((sum, l) => sum + (l.node === "absent" ? 0 : l.ahead), 0);
  if (ahead === 0) return { ...named, locks };
  const blockedBy = facts.locks
    .flatMap((l) => l.holders)
    .slice(0, 20)
    .map((holder) => holder.slice(0, 200));
  return { ...named, locks, blockedCount: ahead, blockedBy };
}

/** What is kept of a run that is over. */
export function historyEntry(run: RunRecord, now: number): HistoryEntry {
  const { id, trigger, slot, scheduledTime, startTime, jobName, steps, fencingToken } = run;
  const pauseSeconds = secondsBetween(steps.queuedTime, steps.releaseTime);
  return {
    id,
    trigger,
    slot,
    scheduledTime,
    startTime,
    endTime: timeText(now),
    jobName,
    result: run.result?.result ?? "Cancelled",
    message: run.result?.message ?? "",
    ...(fencingToken === undefined ? {} : { fencingToken }),
    steps,
    ...(pauseSeconds === undefined ? {} : { pauseSeconds }),
  };
}

export function secondsBetween(from: string | undefined, to: string | undefined): number | undefined {
  const [start, end] = [timeOf(from), timeOf(to)];
  return start === undefined || end === undefined ? undefined : Math.round((end - start) / 100) / 10;
}
