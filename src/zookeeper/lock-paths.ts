// The nodes that stand above those of runs and processors, made before either: with credentials, whoever makes them says who may
// do what below. Promised: what stands already is left as it is, its ACL too.
import { type LockPaths, parentPath, readersPath } from "../protocol/paths.ts";
import type { Session } from "./session.ts";

/** What a run needs. A signal is as safe as the node above it, which is made first. Throws ZooKeeperError. */
export async function ensureLockPaths(session: Session, locks: readonly LockPaths[]): Promise<void> {
  for (const above of new Set(locks.map(({ signalPath }) => parentPath(signalPath)))) if (above !== "/") await session.createParents(above);
  for (const { path } of locks) await session.createParents(path, "lock");
}

/** What processors need besides, where they may not make it themselves. Throws ZooKeeperError. */
export async function ensureForProcessors(session: Session, locks: readonly LockPaths[]): Promise<void> {
  await ensureLockPaths(session, locks);
  for (const { path } of locks) await session.createParents(readersPath(path), "lock");
}
