// A run in the queue, not promoted: processors finish what is in flight and release their read locks.
import type { RunRecord } from "../crds/status.ts";
import { drainEnd, graceEnd } from "./deadlines.ts";
import type { KnownLocks, LockFacts, Observed } from "./observed.ts";
import type { ActiveSituation } from "./situation.ts";
import { stepsReached } from "./steps.ts";

export function classifyDraining(o: Observed, run: RunRecord, { held, locks }: KnownLocks): ActiveSituation {
  const steps = stepsReached(o, run);
  const foreign = locks.find((l) => l.signal === "foreign");
  if (foreign !== undefined) {
    return {
      at: "Hopeless",
      result: "ForeignSignal",
      message: `${foreign.signalPath} was overwritten by somebody else while processors drained`,
    };
  }
  // A place lost on one path is given up on all of them, and so is one whose signal is gone: a processor may have slipped in
  // behind our write node, and two windows that each keep one path would wait for each other.
  if (held === "absent" || locks.some((l) => l.node === "absent" || !isSignalled(l))) return { at: "Unqueued", again: true };
  const ahead = locks.reduce((sum, l) => sum + l.ahead, 0);
  if (ahead > 0) {
    const end = drainEnd(o, steps);
    if (end !== undefined && o.now >= end) return { at: "Hopeless", result: "DrainTimedOut", message: timedOut(o, locks, ahead) };
    const holders = locks.flatMap((l) => l.holders);
    return { at: "Draining", waitsForWriter: locks.some((l) => l.writerAhead), ahead, holders };
  }
  const vanished = locks.flatMap((l) => l.vanished);
  const until = graceEnd(o, steps, vanished.length > 0);
  return o.now < until ? { at: "In grace", until, vanished } : { at: "Drained" };
}

function isSignalled(lock: LockFacts): boolean {
  return lock.signal === "ours" || lock.signal === "ours for good";
}

function timedOut(o: Observed, locks: readonly LockFacts[], ahead: number): string {
  const holders = locks.flatMap((l) => l.holders).join(", ");
  return `${ahead} lock${ahead === 1 ? " was" : "s were"} not released within ${o.window.spec.drainTimeoutSeconds} s: ${holders}`;
}
