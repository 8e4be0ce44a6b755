// Clears away the marks of readers that vanished, once their grace is over: a processor that died at noon must not hold up the run
// of the night. Since when a mark has been without its reader is not written anywhere, so it is remembered here; a controller
// that restarts begins anew, which costs a grace at most.
import { removeMark, vanishedReaders } from "../zookeeper/marks.ts";
import type { Session } from "../zookeeper/session.ts";
import type { Hands } from "./hands.ts";
import { standingPathsOf } from "./locks-of.ts";

/** One round over the lock paths of every window that is known. Throws ZooKeeperError. */
export type SweepMarks = (session: Session) => Promise<void>;

export function createMarkSweep({ seen, clock, log }: Pick<Hands, "seen" | "clock" | "log">): SweepMarks {
  /** By lock path and UUID: when it was first seen without its reader (Clock.monotonic). */
  let since = new Map<string, number>();
  return async (session) => {
    const now = clock.monotonic();
    const still = new Map<string, number>();
    for (const [path, graceMs] of gracesOf(seen)) {
      await session.sync(path);
      for (const uuid of await vanishedReaders(session, path, (await session.children(path)) ?? [])) {
        const key = `${path}/${uuid}`;
        const first = since.get(key) ?? now;
        if (now - first < graceMs) still.set(key, first);
        else {
          await removeMark(session, path, uuid);
          log.info("cleared the mark of a reader that vanished", { path, uuid });
        }
      }
    }
    since = still;
  };
}

/** The longest grace of the windows on each lock path, in milliseconds. */
function gracesOf(seen: Hands["seen"]): ReadonlyMap<string, number> {
  const graces = new Map<string, number>();
  for (const window of seen.windows.values()) {
    const graceMs = window.spec.uncleanExitGraceSeconds * 1000;
    for (const path of standingPathsOf(window)) graces.set(path, Math.max(graces.get(path) ?? 0, graceMs));
  }
  return graces;
}
