// What is explored: who takes part, what may go wrong, and how often. A setting is data; whatever it does not name is not there.
import type { PathName } from "./parts.ts";
import type { Shortcut } from "./shortcuts.ts";

/** `job again`: the look is given up if the Job has changed since it was read. */
export type ReadPart = "window" | "job" | "pods" | "job again" | "locks";

export type ActOfPeople =
  | "delete signal"
  | "overwrite signal"
  | "delete write node"
  | "delete Job"
  | "orphan Job"
  | "strip Job"
  | "suspend Job"
  | "unsuspend Job"
  | "delete window"
  | "strip window"
  | "abandon locks";

export interface ProcessorKind {
  /** `any` and `signalled`: our gate, as its option `writers` says. `curator`: an unmodified lock and a cache of the signal. */
  readonly mode: "any" | "signalled" | "curator";
  readonly path: PathName;
}

export interface Setting {
  readonly name: string;
  /** The lock paths of each window: one window or two. */
  readonly locks: readonly (readonly PathName[])[];
  /** False: the locks have none, and whoever reads releases when he has done. */
  readonly signals: boolean;
  /** The parts of a look that are read at one instant; anything may happen between two. */
  readonly look: readonly (readonly ReadPart[])[];
  readonly processors: readonly ProcessorKind[];
  readonly podsPerJob: number;
  readonly policy: "Terminate" | "Continue";
  readonly drainPolicy: "Abort" | "Evict";
  /** How many sessions of controllers may expire. Controllers crash and lose replies as often as they like. */
  readonly expiries: number;
  readonly processorExpiries: number;
  /** `noticed late`: a processor goes on for a while after its session is gone. A mistake, to be caught. */
  readonly lease: "kept" | "noticed late";
  /** How many acts of people, and which. */
  readonly acts: number;
  readonly people: readonly ActOfPeople[];
  /** What runs out as time goes on, in this order. */
  readonly clock: readonly ("drain" | "window")[];
  readonly foreignWriter: boolean;
  /** The Job controller may create a Pod from a stale cache after the Job was deleted or suspended. */
  readonly latePods: boolean;
  /** A Job may be Failed while Pods of it still run. */
  readonly failsEarly: boolean;
  /** A look may find ZooKeeper out of reach. */
  readonly outages: boolean;
  readonly shortcut: Shortcut | undefined;
}

export const oneLook = [["window", "job", "pods", "locks"]] as const;
export const twoReads = [["window", "job", "pods"], ["locks"]] as const;
export const fourReads = [["window"], ["job"], ["pods"], ["locks"]] as const;
export const fiveReads = [["window"], ["job"], ["pods"], ["job again"], ["locks"]] as const;

const gates: readonly ProcessorKind[] = [
  { mode: "any", path: "P" },
  { mode: "signalled", path: "P" },
];

/** One window on one path, two processors, two controllers, and nothing that goes wrong but crashes. */
export const calm: Setting = {
  name: "calm",
  locks: [["P"]],
  signals: true,
  look: twoReads,
  processors: gates,
  podsPerJob: 1,
  policy: "Terminate",
  drainPolicy: "Abort",
  expiries: 0,
  processorExpiries: 0,
  lease: "kept",
  acts: 0,
  people: [],
  clock: [],
  foreignWriter: false,
  latePods: false,
  failsEarly: false,
  outages: false,
  shortcut: undefined,
};
