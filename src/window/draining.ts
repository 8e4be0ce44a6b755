// A run in the queue, not promoted: processors finish what is in flight and release their read locks.
import type { RunRecord } from "../crds/status.ts";
import { graceEnd } from "./deadlines.ts";
import { classifyWaiting } from "./late-drain.ts";
import type { KnownLocks, Observed } from "./observed.ts";
import type { ActiveSituation } from "./situation.ts";
import { isSignalled, stepsReached } from "./steps.ts";

export function classifyDraining(o: Observed, run: RunRecord, known: KnownLocks): ActiveSituation {
  const { held, locks } = known;
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
  if (locks.some((l) => l.ahead > 0)) return classifyWaiting(o, run, known);
  const vanished = locks.flatMap((l) => l.vanished);
  const until = graceEnd(o, stepsReached(o, run), vanished.length > 0);
  return o.now < until ? { at: "In grace", until, vanished } : { at: "Drained" };
}
