// What is known of a run's locks, and what an attempt to change them comes to: the words that the look (run-look.ts) and the
// transactions (queue.ts, promote.ts, release.ts) share.
//
// The rule that holds them together: every transaction of a run bumps the fence of each of its signal paths, and of its window where
// locks have no signal, at the version the look saw. So whatever was done to the run, or to a signal of its, since the look makes the transaction fail as a whole. What
// bumps no fence (sessions that expire, people who delete things) is caught by the operations on the nodes themselves.
import type { RunIdentity, SignalOwner, WindowName } from "../protocol/node-data.ts";

export type { RunIdentity } from "../protocol/node-data.ts";

export interface LockHolder {
  readonly name: string;
  readonly kind: "read" | "write" | "foreign";
  /** From the node's data: of ours the window and the run, of Curator's an address; "" if unknown. */
  readonly owner: string;
}

export type SignalLook =
  | { readonly kind: "none" }
  | {
      readonly kind: "ours";
      /** The ids of the runs that it stands for, of all installations. */
      readonly runs: readonly string[];
      readonly owners: readonly SignalOwner[];
      readonly persistent: boolean;
      readonly version: number;
      readonly mzxid: bigint;
    }
  | { readonly kind: "foreign"; readonly message: string; readonly mzxid: bigint };

export type WriteNodeLook =
  | { readonly kind: "absent" }
  | {
      /** Queued: ephemeral. Promoted: persistent. */
      readonly kind: "queued" | "promoted";
      readonly name: string;
      readonly czxid: bigint;
      readonly ctimeMs: number;
      readonly ownSession: boolean;
    };

export interface LockLook {
  readonly path: string;
  /** "": it has no signal. */
  readonly signalPath: string;
  /** The path of what guards it. */
  readonly fence: string;
  /** Undefined: the fence was never bumped. */
  readonly fenceVersion: number | undefined;
  readonly signal: SignalLook;
  /** The run's write node that is first in line. */
  readonly node: WriteNodeLook;
  /** All write nodes of the run; more than one only after a fault. */
  readonly ownNodes: readonly string[];
  /** The first 20 that the run waits for. */
  readonly ahead: readonly LockHolder[];
  readonly aheadCount: number;
  /** The last one that the run waits for: the one to watch. */
  readonly predecessor: string | undefined;
  /** A write node that is not this run's is ahead. */
  readonly writersAheadOfOthers: boolean;
  /** Readers that vanished without releasing: the first 20. Looked for while the run is queued and nothing is ahead. */
  readonly vanished: readonly string[];
  /** Children that are no lock nodes: the first 20 names. */
  readonly foreignChildren: readonly string[];
  /** The order on this path cannot be relied on: nothing is queued or promoted. */
  readonly problem?: string;
  /** It still can, but not for ever. */
  readonly warning?: string;
}

export interface HeldEntry {
  readonly installation: string;
  readonly runId: string;
  /** Promoted: it outlives its controller's session. */
  readonly exclusive: boolean;
  readonly ownSession: boolean;
  /** Since when it is held as it is: queued, or exclusive. Milliseconds since 1970, by the servers' clock. */
  readonly sinceMs: number;
  /** Undefined where the entry's data is not ours: then nobody knows its window and its locks. */
  readonly window: WindowName | undefined;
  readonly locks: RunIdentity["locks"];
}

export interface Rival {
  readonly installation: string;
  readonly runId: string;
  readonly window: WindowName | undefined;
  readonly exclusive: boolean;
  readonly paths: readonly string[];
}

export interface RunLook {
  readonly held: { readonly kind: "absent" } | { readonly kind: "queued" | "promoted"; readonly ownSession: boolean };
  /** In the order of the run's locks. */
  readonly locks: readonly LockLook[];
  /** All other runs that hold or wait for anything, of all installations. */
  readonly rivals: readonly Rival[];
  /** The installations that have a node below `_held`. */
  readonly installations: readonly string[];
}

export type Commit =
  /** `nodes`: the names of the run's write nodes, in the order of its locks, where the transaction made any. */
  | { readonly kind: "done"; readonly nodes?: readonly string[] }
  /** A guard failed and nothing was changed: look again. */
  | { readonly kind: "stale"; readonly message: string };
