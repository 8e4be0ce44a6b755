// For how long Pods have been without the read lock that they should hold. A Pod that starts, one that lost its session and one that
// resumes after a window need a moment to take it: until PATIENCE_MS after the first count that found them without, they settle.
//
// Promised: only counts that could be made, one after the other, add up; a pause begins anew. Kept in this process alone: a
// controller that starts waits as long before it says of anybody that the lock is missing.

/** Longer than a session lasts by default, and than most processors take to start. */
export const PATIENCE_MS = 60_000;

export interface Patience {
  /** Those of the Pods (uids) that were found without a lock for longer than they may be, by `now` on a clock that never steps. */
  overdue(lacking: readonly string[], now: number): ReadonlySet<string>;
  /** Nothing can be said of who lacks a lock now. */
  restart(): void;
}

export function createPatience(): Patience {
  let since: ReadonlyMap<string, number> = new Map();
  return {
    overdue(lacking, now) {
      since = new Map(lacking.map((uid) => [uid, since.get(uid) ?? now]));
      return new Set(lacking.filter((uid) => now - (since.get(uid) ?? now) >= PATIENCE_MS));
    },
    restart() {
      since = new Map();
    },
  };
}
