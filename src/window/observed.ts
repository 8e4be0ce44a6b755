// The facts of one look at one window, in the machine's own words. Whoever gathers them (controller/observe.ts) reads
// Kubernetes first and ZooKeeper after it. What could not be read is `unknown`: never the same as absent.
import type { Spec } from "../crds/spec.ts";
import type { Status } from "../crds/status.ts";
import type { Due } from "../schedule/occurrence.ts";

export interface Observed {
  /** Wall clock of the look, milliseconds since 1970. */
  readonly now: number;
  readonly window: WindowFacts;
  /** Whether the spec can work; only asked while no run is active. */
  readonly acceptance: Acceptance;
  readonly due: Due;
  readonly job: JobFacts;
  readonly pods: PodsFacts;
  readonly locks: LocksFacts;
  /** Who takes part; asked for a decision only where the spec requires it, and nobody but the report hears of it otherwise. */
  readonly participants: ParticipantsFacts;
  readonly readers: ReadersFacts;
  /** Jobs of runs that are over and beyond the history limits, oldest first; only asked while no run is active. */
  readonly surplusJobs: readonly JobName[];
}

export type ParticipantsFacts =
  /** Nothing new is known in this look. */
  | { readonly kind: "not asked" }
  | { readonly kind: "unknown"; readonly of: "Kubernetes" | "ZooKeeper"; readonly why: string; readonly enrolled: boolean }
  | CountedParticipants;

/** Nothing in it is bounded but `foreign` and the owners' texts. */
export interface CountedParticipants {
  readonly kind: "counted";
  /** In the order of their kinds and names. */
  readonly workloads: readonly WorkloadFacts[];
  /** A run of this window or another writer is on a lock path: readers are meant to be without a lock. */
  readonly paused: boolean;
  /** Read locks that belong to no Pod of the workloads; the first 20 owners' texts. */
  readonly unmatched: { readonly count: number; readonly owners: readonly string[] };
  /** Nodes below the lock paths that are no lock nodes of this window's kind: the first 20, each "<path>: <what it is>". */
  readonly foreign: readonly string[];
}

/** Its running Pods, by name. */
export interface WorkloadFacts {
  readonly kind: string;
  readonly name: string;
  readonly holding: readonly string[];
  readonly notHolding: readonly string[];
  /** Those of `notHolding` that have had the time to take a lock. */
  readonly missing: readonly string[];
}

export interface WindowFacts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly deleting: boolean;
  /** Whether our finalizer is on it. */
  readonly held: boolean;
  readonly spec: Spec;
  readonly status: Status;
  /** The run whose locks a person wants abandoned (annotation), if any. */
  readonly abandon: string | undefined;
}

export interface JobName {
  readonly name: string;
  readonly uid: string;
}

export type Acceptance =
  | { readonly kind: "accepted"; readonly warnings: readonly Warning[] }
  /** Can never work as it is written: `Stalled`. */
  | { readonly kind: "refused"; readonly problems: readonly Problem[] }
  /** Cannot work now, by something outside the spec: `Ready=False`, tried again. */
  | { readonly kind: "hindered"; readonly problems: readonly Problem[] }
  /** Not asked in this look, since a run is active. */
  | { readonly kind: "not asked" };

export interface Problem {
  /** A condition's reason, such as InvalidSchedule. */
  readonly reason: string;
  /** Names the field and the value and says what to do. */
  readonly message: string;
}

/** What a user should know of a spec that works. An Event tells it once for each spec. */
export interface Warning extends Problem {
  /** Whether the message of Ready repeats it for as long as it holds. */
  readonly standing: boolean;
}

export type JobFacts =
  | { readonly kind: "unknown"; readonly why: string }
  | { readonly kind: "absent" }
  /** A Job of that name which this run did not make. */
  | { readonly kind: "foreign"; readonly uid: string; readonly message: string }
  | {
      readonly kind: "job";
      readonly uid: string;
      readonly phase: "suspended" | "active" | "complete" | "failed";
      readonly message: string;
      readonly deleting: "no" | "background" | "foreground";
      /** Whether our finalizer is on it. */
      readonly held: boolean;
      /** The fencing token it was let go with. */
      readonly token: string | undefined;
    };

export type PodsFacts = { readonly kind: "unknown"; readonly why: string } | { readonly kind: "pods"; readonly pods: readonly PodFacts[] };

export interface PodFacts {
  readonly name: string;
  readonly uid: string;
  /** Of the Job that owns it. */
  readonly jobUid: string;
  /** `gated`: our gate keeps it from being scheduled. `ended`: Succeeded or Failed. */
  readonly phase: "gated" | "waiting" | "running" | "ended";
  /** Whether a container of it has ever started. */
  readonly started: boolean;
  readonly deleting: boolean;
  /** False when its node does not answer. */
  readonly reachable: boolean;
  /** Why it does not run yet, for people. */
  readonly message: string;
}

export type LocksFacts =
  | { readonly kind: "unknown"; readonly why: string }
  | {
      readonly kind: "locks";
      readonly held: "absent" | "queued" | "promoted";
      readonly locks: readonly LockFacts[];
      /** Another run that is exclusive on one of our paths, unless all our paths are among its own. */
      readonly exclusiveElsewhere: string | undefined;
    };

/** Who holds the read locks that a late drain waits for; only looked for when late-drain.ts asks for it. */
export type ReadersFacts =
  | { readonly kind: "not asked" }
  | { readonly kind: "unknown"; readonly why: string }
  | {
      readonly kind: "readers";
      /** Curator's revocable read locks that nobody has revoked yet. */
      readonly revocable: readonly ReadNode[];
      /** Pods of workloads annotated with this window that hold a read lock. */
      readonly pods: readonly HoldingPod[];
      /** Readers that are none of those Pods, for people: the first 20. Nothing is ever done to them but to ask. */
      readonly others: readonly string[];
    };

export interface ReadNode {
  /** The lock path. */
  readonly path: string;
  readonly name: string;
  /** Of its data, as the look saw it. */
  readonly version: number;
}

export interface HoldingPod {
  readonly name: string;
  readonly uid: string;
  readonly deleting: boolean;
}

export type KnownLocks = Extract<LocksFacts, { kind: "locks" }>;

export interface LockFacts {
  readonly path: string;
  readonly signalPath: string;
  readonly node: "absent" | "queued" | "promoted";
  readonly nodeName: string | undefined;
  /** As a decimal number; only of a promoted node. */
  readonly czxid: string | undefined;
  /** `not used`: the lock has none. */
  readonly signal: "not used" | "absent" | "without us" | "ours" | "ours for good" | "foreign";
  /** How many lock nodes sort before ours; 0 is first. Meaningless while ours is absent. */
  readonly ahead: number;
  /** Whether a write node of somebody else is among them. */
  readonly writerAhead: boolean;
  /** The first of those ahead, for people. */
  readonly holders: readonly string[];
  /** Readers that vanished without releasing, as far as they leave marks; looked for once nothing is ahead. */
  readonly vanished: readonly string[];
  /** Something on the path that makes the order of its nodes meaningless. */
  readonly problem: string | undefined;
}
