// What must hold of every decision, whatever the facts: the invariants of the protocol (I1-I3 of its reliability notes).
import type { Decided } from "../../src/window/decide.ts";
import type { Observed } from "../../src/window/observed.ts";
import { afterTheDeadline } from "./every-look.ts";
import { aRun } from "./observed.ts";

export type Rule = readonly [name: string, holds: (o: Observed, d: Decided) => boolean];

const run = (o: Observed) => o.window.status.run ?? aRun;
const isQuiet = (o: Observed) =>
  o.pods.kind === "pods" &&
  o.pods.pods.every((pod) => pod.phase === "ended" || (pod.phase === "gated" && pod.jobUid === "")) &&
  o.job.kind !== "unknown" &&
  (o.job.kind !== "job" || o.job.phase === "complete" || o.job.phase === "failed" || o.job.deleting !== "no");
const isExclusive = (o: Observed) =>
  o.locks.kind === "locks" &&
  o.locks.held === "promoted" &&
  o.locks.locks.every((l) => l.node === "promoted" && l.ahead === 0 && l.signal !== "absent" && l.signal !== "without us");
const isNamed = (o: Observed) => o.job.kind === "job" && o.job.uid === run(o).jobRef?.uid && o.job.deleting === "no";
const isOver = (o: Observed) => run(o).gaveUp !== undefined || run(o).result !== undefined || o.window.deleting;
const needsZooKeeper = ["queue", "promote", "raise", "release", "issue token", "start Job", "let Pod go"];

export const rules: readonly Rule[] = [
  [
    "I1: no Pod is let go unless every write lock is promoted and first and every signal stands",
    (o, d) => d.action.do !== "let Pod go" || isExclusive(o),
  ],
  [
    "I1: no Job is let go unless every write lock is promoted and first and every signal stands",
    (o, d) => d.action.do !== "start Job" || isExclusive(o),
  ],
  ["I3: only the Job that status names is ever let go", (o, d) => d.action.do !== "start Job" || isNamed(o)],
  [
    "I3: only Pods of the Job that status names are let go, while it bears the run's token",
    (o, d) => {
      if (d.action.do !== "let Pod go") return true;
      return isNamed(o) && d.action.pod.jobUid === run(o).jobRef?.uid && o.job.kind === "job" && o.job.token === run(o).fencingToken;
    },
  ],
  [
    "I3: a Job that status named is never created anew",
    (o, d) => d.action.do !== "create Job" || (o.job.kind === "absent" && run(o).jobRef === undefined),
  ],
  [
    "I3: a run that is over starts nothing",
    (o, d) => !isOver(o) || !["create Job", "queue", "promote", "issue token", "start Job", "let Pod go", "raise"].includes(d.action.do),
  ],
  [
    "I2: nothing is released while a Pod of the Job may run",
    (o, d) => d.action.do !== "release" || (isQuiet(o) && run(o).result !== undefined),
  ],
  ["I2: no result is recorded while a Pod of the Job may run", (o, d) => d.action.do !== "record" || isQuiet(o)],
  [
    "a run is closed, and a Job let out of our hands, only once nothing of it is held",
    (o, d) => {
      if (d.action.do !== "close" && d.action.do !== "remove Job finalizer") return true;
      return (
        run(o).result !== undefined &&
        isQuiet(o) &&
        o.locks.kind === "locks" &&
        o.locks.held === "absent" &&
        o.locks.locks.every((l) => l.node === "absent")
      );
    },
  ],
  [
    "what Kubernetes did not tell leads to no act",
    (o, d) => (o.job.kind !== "unknown" && o.pods.kind !== "unknown") || d.action.do === "nothing",
  ],
  [
    "what ZooKeeper did not tell leads to no act that relies on it",
    (o, d) => o.locks.kind !== "unknown" || !needsZooKeeper.includes(d.action.do),
  ],
  [
    "a Job is stopped only when its run is over, or it is not the one that status names, or somebody deleted it",
    (o, d) => d.action.do !== "stop Job" || isOver(o) || !isNamed(o),
  ],
  [
    "stopping always means foreground: what is already deleted so is not stopped again",
    (o, d) => d.action.do !== "stop Job" || (o.job.kind === "job" && o.job.deleting !== "foreground"),
  ],
  [
    "a Job that is being deleted and has no live Pod of its own is not stopped again",
    (o, d) => {
      if (d.action.do !== "stop Job" || o.job.kind !== "job" || o.job.deleting === "no") return true;
      const { uid } = o.job;
      return o.pods.kind === "pods" && o.pods.pods.some((pod) => pod.jobUid === uid && pod.phase !== "ended");
    },
  ],
  [
    "nobody new is paused while another run is exclusive on a path",
    (o, d) => d.action.do !== "queue" || (o.locks.kind === "locks" && o.locks.exclusiveElsewhere === undefined),
  ],
  [
    "a signal that is not ours is never joined",
    (o, d) =>
      !["queue", "promote"].includes(d.action.do) || (o.locks.kind === "locks" && o.locks.locks.every((l) => l.signal !== "foreign")),
  ],
  [
    "only a whole and drained queue is promoted",
    (o, d) =>
      d.action.do !== "promote" ||
      (o.locks.kind === "locks" &&
        o.locks.held === "queued" &&
        o.locks.locks.every((l) => l.node !== "absent" && l.ahead === 0 && l.signal !== "absent" && l.signal !== "without us")),
  ],
  ["every wait has an end: a wake time", (_, d) => d.action.do !== "nothing" || d.wakeAt !== undefined],
  [
    "after the window's deadline nothing is begun",
    (o, d) => o.now !== afterTheDeadline || !["create Job", "queue", "promote", "start Job"].includes(d.action.do),
  ],
];
