// Ways to do it wrong, each small and each plausible: what decide is shown, what is done in place of what it says, or which guard is
// left out. The model must find what is wrong with each; test/model/shortcuts.test.ts says where.
import type { RunRecord } from "../../src/crds/status.ts";
import type { Action } from "../../src/window/action.ts";
import type { KnownLocks, LockFacts, Observed } from "../../src/window/observed.ts";
import type { RunLook } from "../../src/zookeeper/run-locks.ts";
import type { Change, Op } from "./parts.ts";

export interface Shortcut {
  readonly why: string;
  /** What decide is shown. */
  readonly shown?: (o: Observed) => Observed;
  /** What is done in place of what decide says. */
  readonly instead?: (action: Action, o: Observed) => Action;
  /** What a transaction is made from in place of the look. */
  readonly mask?: (look: RunLook, change: Change) => RunLook;
  /** What is sent in place of the project's transaction. */
  readonly sent?: (ops: readonly Op[], change: Change, look: RunLook) => readonly Op[];
  /** Operations on nodes that are gone count as done. */
  readonly lenient?: true;
  /** No fence is checked: only versions and names. */
  readonly fenceless?: true;
  /** Exclusion is looked for, not the lock itself: the shortcut has none. */
  readonly lockless?: true;
  /** The Job's template has no gate: its Pods start by themselves. */
  readonly gateless?: true;
  /** Status keeps no uid of a Job. */
  readonly nameless?: true;
  /** A gate in line opens when the writer that was the last before it has gone. */
  readonly hastyGates?: true;
  /** What the sweep leaves undone. */
  readonly unswept?: Action["do"];
}

const withRun = (o: Observed, change: (run: RunRecord) => RunRecord): Observed => {
  const { run } = o.window.status;
  return run === undefined ? o : { ...o, window: { ...o.window, status: { ...o.window.status, run: change(run) } } };
};
const withLocks = (o: Observed, held: KnownLocks["held"], change: (lock: LockFacts) => LockFacts): Observed =>
  o.locks.kind === "unknown" ? o : { ...o, locks: { ...o.locks, held, locks: o.locks.locks.map(change) } };
const promoted = (lock: LockFacts): LockFacts => ({ ...lock, node: "promoted", signal: "ours for good", ahead: 0, czxid: "1" });
const isSignalled = ({ signal }: LockFacts) => signal === "ours" || signal === "ours for good";
const isHeld = ({ locks }: Observed, held: KnownLocks["held"]) => locks.kind === "locks" && locks.held === held;
const every = ({ locks }: Observed, test: (lock: LockFacts) => boolean) => locks.kind === "locks" && locks.locks.every(test);
const holdsAnything = (o: Observed) => !isHeld(o, "absent") || !every(o, (lock) => lock.node === "absent" && !isSignalled(lock));
const asIf = (kind: "queued" | "promoted") => (look: RunLook) => ({ ...look, held: { kind, ownSession: true } });

const beforePromotion = {
  naive: {
    why: "ephemeral nodes alone, never promoted",
    shown: (o) =>
      isHeld(o, "queued") && every(o, (l) => l.node === "queued" && l.ahead === 0 && isSignalled(l))
        ? withLocks(o, "promoted", promoted)
        : o,
    lockless: true,
  },
  "raise alone": {
    why: "a signal that was lost before promotion is only raised again",
    instead: (action, o) =>
      action.do === "queue" && isHeld(o, "queued") && every(o, (l) => l.node !== "absent") ? { do: "raise" } : action,
    mask: (look, change) => (change === "raise" ? asIf("promoted")(look) : look),
  },
  "one path alone": {
    why: "a run that lost its place on one path queues anew on that path only",
    sent: (ops, change, look) => (change === "queue" && look.held.kind === "queued" ? onlyLost(ops, look) : ops),
  },
  "evicted is gone": {
    why: "once Pods are evicted, their nodes are no longer waited for",
    shown: (o) =>
      o.window.status.run?.steps.evictTime !== undefined && o.locks.kind === "locks"
        ? withLocks(o, o.locks.held, (lock) => ({ ...lock, ahead: 0 }))
        : o,
    mask: (look, change) =>
      change === "promote" ? { ...look, locks: look.locks.map((lock) => ({ ...lock, ahead: [], aheadCount: 0 })) } : look,
  },
  "promote unchecked": { why: "the promotion does not check that the ephemeral nodes still stand", lenient: true },
  "no fence without signals": {
    why: "locks without a signal have no fence either",
    sent: (ops) => ops.filter(({ on }) => on !== "own fence"),
  },
  "no fence": { why: "transactions check the signal's version and no fence", fenceless: true },
} satisfies Record<string, Shortcut>;

/** Keeps what stands on a path where the run has its node and its signal. */
function onlyLost(ops: readonly Op[], look: RunLook): readonly Op[] {
  const lost = look.locks.filter(({ node, signal }) => node.kind === "absent" || signal.kind === "none");
  const paths = lost.map(({ path }) => (path.endsWith("/p") ? "P" : "Q"));
  return lost.length === look.locks.length ? ops : ops.filter((op) => op.on === "held" || op.on === "own fence" || paths.includes(op.path));
}

const atTheEnd = {
  "release first": {
    why: "who gives up releases, then stops the Job",
    instead: (action, o) => {
      const { run } = o.window.status;
      const isOver = run !== undefined && (run.gaveUp !== undefined || o.window.deleting) && run.result === undefined;
      return isOver && holdsAnything(o) ? { do: "release" } : action;
    },
  },
  "release before the Pods ended": {
    why: "the Job's own word is taken for that of its Pods",
    shown: (o) =>
      o.job.kind === "job" && (o.job.phase === "complete" || o.job.phase === "failed" || o.job.deleting !== "no")
        ? { ...o, pods: { kind: "pods", pods: [] } }
        : o,
  },
  "queue anew after promotion": {
    why: "a signal that was lost after promotion makes the run queue anew",
    instead: (action) => (action.do === "raise" ? { do: "queue" } : action),
    mask: (look, change) => (change === "queue" && look.held.kind === "promoted" ? asIf("queued")(look) : look),
  },
  "background is enough": {
    why: "a Job that a user deletes is not deleted again with its Pods",
    shown: (o) => (o.job.kind === "job" && o.job.deleting === "background" ? { ...o, job: { ...o.job, deleting: "foreground" } } : o),
  },
  "nobody lets go of Jobs": { why: "the Job of a window that is gone keeps our finalizer", unswept: "remove Job finalizer" },
  "nobody releases": { why: "the locks of a window that is gone are not released", unswept: "release" },
  "nobody else was before": { why: "a gate in line opens once the last writer before it has gone, and lists no more", hastyGates: true },
} satisfies Record<string, Shortcut>;

const ofTheJob = {
  "no gate": { why: "the Job is suspended, and its Pods have no gate", gateless: true },
  "Job created anew": {
    why: "a Job that status names and that vanished is created anew",
    shown: (o) => (o.job.kind === "absent" ? withRun(o, withoutJob) : o),
  },
  "Job by name": {
    why: "a Job of the right name is taken for the one that status names, whatever its uid",
    shown: (o) => {
      const uid = o.window.status.run?.jobRef?.uid;
      if (uid === undefined || o.job.kind !== "job" || o.pods.kind !== "pods") return o;
      return { ...o, job: { ...o.job, uid }, pods: { kind: "pods", pods: o.pods.pods.map((pod) => ({ ...pod, jobUid: uid })) } };
    },
  },
  "Job never named": {
    why: "the run queues and starts its Job, and status never names it",
    shown: (o) => (o.job.kind === "job" ? withRun(o, named(o.job.uid)) : o),
    nameless: true,
  },
  "unsuspended is ours": {
    why: "a Job that is not suspended is taken for one that was let go",
    shown: (o) => {
      if (o.job.kind !== "job" || o.job.phase !== "active" || o.job.token !== undefined) return o;
      return withLocks(
        withRun({ ...o, job: { ...o.job, token: "1" } }, (run) => ({ ...run, fencingToken: "1" })),
        "promoted",
        promoted,
      );
    },
  },
  "finalizer off early": {
    why: "our finalizer is taken off the Job as soon as it is done",
    instead: (action, o) => {
      const isDone = o.job.kind === "job" && (o.job.phase === "complete" || o.job.phase === "failed");
      return isDone && o.job.kind === "job" && o.job.held ? { do: "remove Job finalizer", job: { name: "job", uid: o.job.uid } } : action;
    },
  },
} satisfies Record<string, Shortcut>;

function withoutJob({ jobRef: _ref, ...run }: RunRecord): RunRecord {
  return run;
}

function named(uid: string): (run: RunRecord) => RunRecord {
  return (run) => ({ ...run, jobRef: run.jobRef ?? { name: run.jobName, uid } });
}

/** Not found to be wrong: docs/model.md says why they are kept out all the same. */
export const harmless = {
  "recorded is ended": {
    why: "a run whose result is recorded is released, and closed, without a look at its Job",
    shown: (o) => (o.window.status.run?.result === undefined ? o : { ...o, job: { kind: "absent" }, pods: { kind: "pods", pods: [] } }),
  },
} satisfies Record<string, Shortcut>;

export const shortcuts = { ...beforePromotion, ...atTheEnd, ...ofTheJob } as const;
