// The nodes that stand above those of runs and processors, made before either: with credentials, whoever makes them says who may
// do what below. Promised: what stands already is left as it is, its ACL too.
import { type LockPaths, parentPath, readersPath } from "../protocol/paths.ts";
import { mapBounded } from "./bounded.ts";
import type { Session } from "./session.ts";

/** What a run needs. A signal is as safe as the node above it, which is made first. Throws ZooKeeperError. */
export async function ensureLockPaths(session: Session, locks: readonly LockPaths[]): Promise<void> {
  const signals = locks.flatMap(({ signalPath }) => (signalPath === "" ? [] : [parentPath(signalPath)]));
  const above = [...new Set(signals)].filter((path) => path !== "/");
  await mapBounded(above, (path) => session.createParents(path));
  await mapBounded(locks, ({ path }) => session.createParents(path, "lock"));
}

/** What processors need besides, where they may not make it themselves. Throws ZooKeeperError. */
export async function ensureForProcessors(session: Session, locks: readonly LockPaths[]): Promise<void> {
  await ensureLockPaths(session, locks);
  await mapBounded(locks, ({ path }) => session.createParents(readersPath(path), "lock"));
}
