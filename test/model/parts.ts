// The parts that a state of the model is made of. All are plain, immutable and compared by their JSON: keys stand in one order.
import type { Status } from "../../src/crds/status.ts";
import type { Action } from "../../src/window/action.ts";

export type PathName = "P" | "Q";
export type RunName = "A" | "B";
export type ControllerName = "c0" | "c1";
/** Whose session a node belongs to; `none`: it is persistent. */
export type Owner = ControllerName | "other" | "none";
/** A run, the foreign writer, or a processor. */
export type Who = RunName | "F" | `r${number}`;

export interface LockNode {
  readonly who: Who;
  readonly owner: Owner;
}

export interface Signal {
  readonly owner: Owner;
  /** Whose runs it stands for; undefined where somebody else wrote it. */
  readonly runs: readonly RunName[] | undefined;
  /** Only kept where a shortcut relies on it; else 0. */
  readonly version: number;
}

/** Lock nodes stand in their order, so no sequence numbers are kept; fences are kept as what is stale in a hand. */
export interface Znodes {
  readonly queues: Readonly<Record<PathName, readonly LockNode[]>>;
  readonly signals: Readonly<Record<PathName, Signal | undefined>>;
  readonly held: Readonly<Record<RunName, Owner | undefined>>;
}

export interface Job {
  readonly uid: string;
  readonly phase: "suspended" | "active" | "complete" | "failed";
  readonly deleting: "no" | "background" | "foreground";
  readonly finalizer: boolean;
  readonly token: string | undefined;
  /** How many Pods have to end before it is complete. */
  readonly left: number;
}

export interface Pod {
  readonly uid: string;
  /** The uid of the Job it was made for. */
  readonly job: string;
  /** The Job that owns it; "" once somebody orphaned it. */
  readonly owner: string;
  readonly phase: "gated" | "running";
  readonly deleting: boolean;
}

/** One window and what belongs to it in Kubernetes. */
export interface Kube {
  readonly window: "here" | "deleting" | "gone";
  readonly finalizer: boolean;
  readonly abandon: boolean;
  readonly status: Status;
  readonly job: Job | undefined;
  readonly pods: readonly Pod[];
  /** The Pods that the Job controller is about to create, by what it believes. */
  readonly wanted: { readonly job: string; readonly pods: number } | undefined;
  /** The Job that a container was let start of. */
  readonly started: string | undefined;
  /** The Job completed, and nobody took it away by force. */
  readonly completed: boolean;
  /** Somebody deleted a promoted write node: nothing is promised any more. */
  readonly tampered: boolean;
}

/** What a look has read of Kubernetes; what is not read yet is empty. */
export type Seen = Pick<Kube, "window" | "finalizer" | "abandon" | "status" | "job" | "pods">;

/** One operation of a transaction of ours, in the words of the model. `nth`: which of the run's nodes that the look saw there. */
export type Op =
  | { readonly on: "fence"; readonly path: PathName }
  | { readonly on: "own fence"; readonly run: RunName }
  | { readonly on: "held"; readonly op: "create" | "remove" | "check"; readonly run: RunName; readonly stays: boolean }
  | {
      readonly on: "signal";
      readonly op: "create" | "set" | "remove";
      readonly path: PathName;
      readonly runs: readonly RunName[];
      readonly stays: boolean;
      readonly version: number;
    }
  | { readonly on: "node"; readonly op: "queue"; readonly path: PathName; readonly run: RunName }
  | {
      readonly on: "node";
      readonly op: "create" | "remove" | "check";
      readonly path: PathName;
      readonly run: RunName;
      readonly nth: number;
    };

/** What the project's code can be asked to send to ZooKeeper for a run. */
export type Change = "queue" | "promote" | "raise" | "release";

export interface Effect {
  readonly do: Action["do"];
  /** The uid of a Pod that is let go. */
  readonly pod: string | undefined;
  readonly token: string | undefined;
  readonly ops: readonly Op[] | undefined;
}

/** What a controller has in hand. It remembers nothing else. */
export type Hand =
  | { readonly at: "idle" }
  /** `step`: how much of the look is done. `stale`: what has changed since it was read. */
  | {
      readonly at: "looking";
      readonly run: RunName;
      readonly step: number;
      readonly seen: Seen;
      readonly znodes: Znodes | undefined;
      readonly stale: number;
      readonly sweeping: boolean;
    }
  /** Everything that the effect is guarded by is still what was seen. `tell`: the status to write after it. */
  | { readonly at: "acting"; readonly run: RunName; readonly effect: Effect; readonly tell: Status | undefined }
  | { readonly at: "telling"; readonly run: RunName; readonly what: string; readonly tell: Status };

export interface Processor {
  /**
   * `looked`: its node is made, and then the signal was down. `behind`: its node waits in line, and that writer was the last before
   * it. `shut`: its lease ran out, its node stands. `ghost`: its session is gone and it does not know.
   */
  readonly at: "closed" | "made" | "looked" | `behind ${RunName | "F"}` | "open" | "shut" | "ghost";
  /** Curator: what its cache says of the signal. */
  readonly believes: boolean;
}

/** What is left to go wrong, the time, and the foreign writer. */
export interface Rest {
  readonly expiries: number;
  readonly processorExpiries: number;
  readonly acts: number;
  readonly time: number;
  readonly foreign: "none" | "idle" | "queued" | "holds" | "over";
}

export interface World {
  readonly znodes: Znodes;
  readonly kubes: readonly Kube[];
  readonly hands: readonly Hand[];
  readonly processors: readonly Processor[];
  readonly rest: Rest;
}

export interface Move {
  readonly world: World;
  /** Somebody's fault: the end must be reachable without it. */
  readonly fault: boolean;
  readonly text: string;
  /** What the move itself breaks. */
  readonly wrong: string | undefined;
}

/** What may have changed since a look, as bits of a hand's `stale`. */
export const bit = { window: 1, job: 2, fence: { P: 4, Q: 8 }, node: { P: 16, Q: 32 }, ownFence: 64 } as const;

export function podBit(uid: string): number {
  return 128 << Number(uid.slice("pod-".length));
}

export const runNames: readonly RunName[] = ["A", "B"];
export const controllerNames: readonly ControllerName[] = ["c0", "c1"];
export const idle: Hand = { at: "idle" };
