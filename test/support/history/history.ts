// What was seen of one lock path from outside while its windows ran: the one record that the invariants are checked on
// (check.ts: `violations(history)`). Plain data, made by whoever watched; nothing here reads a clock or a server.
//
// All instants are nanoseconds of the machine's monotonic clock (process.hrtime.bigint), so that processors, containers, znodes and
// objects stand on one line. What was heard through a watch may be stamped late, never early: no rule takes a late stamp for a fault.
// Leave a list empty where nobody watched: what is not there violates nothing.
// Not for histories in which people delete lock nodes or signals by hand: I2 and I10 would blame the controller for it.

/** Nanoseconds of CLOCK_MONOTONIC. */
export type Instant = bigint;

export interface Span {
  readonly start: Instant;
  readonly end: Instant;
}

/** One event in one processor, from its start to its end. */
export interface ProcessorEvent extends Span {
  readonly processor: string;
}

/** A container of a run's Job, from its first to its last sign of life. */
export interface PodLife extends Span {
  readonly pod: string;
  readonly runId: string;
  readonly jobUid: string;
  /** What it found in EXCLUSIVE_WINDOW_FENCING_TOKEN. */
  readonly token: string;
}

/** A change of a node at or below the lock path, the signal path or `_held`, in the order of zxids; one transaction has one zxid. */
export interface ZnodeChange {
  readonly at: Instant;
  readonly zxid: bigint;
  readonly path: string;
  readonly change: { readonly kind: "created"; readonly persistent: boolean } | { readonly kind: "removed" };
}

export interface JobLife {
  readonly uid: string;
  readonly runId: string;
  /** When it was seen unsuspended (may be late); undefined: never. */
  readonly startedAt: Instant | undefined;
  /** When it was Complete, Failed or gone: not later than it was (the API server's own times are cut to whole seconds). Undefined: never. */
  readonly endedAt: Instant | undefined;
}

/** A status that said Exclusive=True of that run, when it was heard. */
export interface ExclusiveClaim {
  readonly runId: string;
  readonly at: Instant;
}

/** A run that began. `result`: as the history of the window's status has it; undefined: it was not over when the watching ended. */
export interface RunSeen {
  readonly id: string;
  readonly result: string | undefined;
}

export interface Limits {
  /** I4: how soon each processor handles an event after the write lock was released. */
  readonly resumeMs: number;
  /** I7: how long the signal or a write node may keep processors out at a stretch. */
  readonly closedMs: number;
  /** I10: how soon each processor handles an event after the last controller died before promotion: its session timeout and some. */
  readonly openMs: number;
}

export interface History {
  readonly lockPath: string;
  readonly signalPath: string;
  /** The installation whose runs these are: its nodes below `_held` are looked at. */
  readonly installation: string;
  readonly processors: readonly string[];
  readonly events: readonly ProcessorEvent[];
  readonly pods: readonly PodLife[];
  readonly znodes: readonly ZnodeChange[];
  readonly jobs: readonly JobLife[];
  readonly claims: readonly ExclusiveClaim[];
  readonly runs: readonly RunSeen[];
  /** Times in which no controller lived, while ZooKeeper and the API server did. */
  readonly unattended: readonly Span[];
  /** What the processors sent to ZooKeeper, heartbeats left out, while they handled that many events and no window was on. */
  readonly steady: { readonly events: number; readonly requests: number };
  /** When the watching ended, and which objects bore a finalizer of ours then. */
  readonly end: { readonly at: Instant; readonly finalizers: readonly string[] };
  readonly limits: Limits;
}

export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8" | "I9" | "I10";

/** What each invariant says, in the words of the tables. */
export const invariants: Readonly<Record<Invariant, string>> = {
  I1: "no event starts or is in flight in a processor while a Pod of the Job works",
  I2: "order: signal, then every read lock gone, then the write lock, then the Job; the Job and its Pods ended, then the locks, then the signal",
  I3: "at most one Job of a run is ever started, and no Pod works beside one of another run",
  I4: "every run ends, and every processor works again soon after",
  I5: "no node and no finalizer of a run is left once it is over",
  I6: "fencing tokens grow from run to run; all Pods of a run have the same",
  I7: "processors are kept out no longer than the window's limits and the failover allow",
  I8: "processors send nothing to ZooKeeper for an event",
  I9: "status says Exclusive only of a run whose write lock was held for good before",
  I10: "in doubt the Job does not start and does not lose its lock; before promotion a dead controller lets processors resume by themselves",
};

export interface Violation {
  readonly invariant: Invariant;
  /** What was seen, with names and times. */
  readonly what: string;
}
