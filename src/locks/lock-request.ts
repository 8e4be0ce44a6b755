// What a taker asks for, and what comes of it: the words that the files of this room share.
import { type Dialect, type LockMode, modesOf } from "../protocol/dialects.ts";
import { checkLockPath, overlaps } from "../protocol/paths.ts";
import type { Clock } from "../shared/clock.ts";

export interface LockRequest {
  /** 1 to 256 lock paths in any order, none twice, none below another. */
  readonly paths: readonly string[];
  readonly mode: LockMode;
  readonly dialect: Dialect;
  /** What the nodes carry, for people; by custom the program's address. */
  readonly owner: string;
  /** A canonical lower-case UUID, another one at each call. */
  readonly uuid: () => string;
  readonly clock: Clock;
  /** 0: only if nobody is in the way. Left out: however long it takes. */
  readonly timeoutMs?: number | undefined;
  /** Gives up waiting. Once the locks are held it changes nothing. */
  readonly signal?: AbortSignal | undefined;
  /** Called while it waits, at each look: the nodes that stand in the way on one of the paths, first in line first. */
  readonly waiting?: ((ahead: readonly string[]) => void) | undefined;
}

/** Several locks that are held as one. */
export interface HeldLocks {
  /** Of each path, in the order of their bytes: the path of the node that is the lock. */
  readonly nodes: readonly string[];
  /** The highest czxid of these nodes: greater than that of any writer who held one of these locks before. */
  readonly token: bigint;
  /**
   * Aborts once the locks may be another's: the session is over, its lease ran out, or somebody deleted a node. The reason is an
   * Error that says which. It stays aborted, and the nodes stand until `release`: stop what works under the locks first.
   */
  readonly lost: AbortSignal;
  /** Compares the clock, and so knows before `lost` does where the process itself was stopped. Ask before each side effect. */
  isHeld(): boolean;
  /** Resolves once the nodes are gone, or the session is over. Throws ZooKeeperError where the servers refuse to remove them. */
  release(): Promise<void>;
  /** For `await using`: releases. */
  [Symbol.asyncDispose](): Promise<void>;
}

export type Acquisition =
  | { readonly kind: "held"; readonly locks: HeldLocks }
  /** Not in time. `ahead`: the first nodes that stood in the way, by their paths; empty where the servers could not be asked. */
  | { readonly kind: "timeout"; readonly ahead: readonly string[] }
  | { readonly kind: "aborted" }
  /** It cannot be done, or must not: what to change is in the message. */
  | { readonly kind: "refused"; readonly message: string }
  /** The session is over: open a new one. */
  | { readonly kind: "lost" };

const mostPaths = 256;

/** Why such locks cannot be asked for; undefined if they can. */
export function requestProblem({ paths, mode, dialect }: LockRequest): string | undefined {
  if (paths.length === 0) return "no lock path was named: name at least one";
  if (paths.length > mostPaths) return `${paths.length} lock paths were named: at most ${mostPaths} can be taken at once`;
  if (!modesOf(dialect).includes(mode)) return `${dialect} has no ${mode} lock: a mutex is taken in write mode`;
  const bad = paths.map(checkLockPath).find((problem) => problem !== undefined);
  if (bad !== undefined) return bad;
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) return `the lock path ${twice} is named twice: name it once`;
  const inner = paths.find((path) => paths.some((other) => path.startsWith(other) && overlaps(path, other)));
  return inner === undefined ? undefined : `the lock path ${inner} stands below another that was named: take one of the two`;
}

/** One order for everybody: that of the bytes. */
export function inOrder(paths: readonly string[]): readonly string[] {
  return paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
