// Reads who stands on a lock path.
import { type LockNode, sortLockNodes } from "../protocol/lock-nodes.ts";
import { ownerOf } from "../protocol/node-data.ts";
import { mapBounded } from "./bounded.ts";
import type { LockHolder } from "./run-locks.ts";
import type { Session } from "./session.ts";

/** The first `limit` children of a lock path, first in line first; none where the path does not exist. Throws ZooKeeperError. */
export async function readHolders(session: Session, path: string, limit = 5000): Promise<readonly LockHolder[]> {
  await session.sync(path);
  const nodes = sortLockNodes((await session.children(path)) ?? []);
  return withOwners(session, path, nodes.slice(0, limit));
}

/** A node that is gone by now keeps its place, with an unknown owner. */
export function withOwners(session: Session, path: string, nodes: readonly LockNode[]): Promise<readonly LockHolder[]> {
  return mapBounded(nodes, async ({ name, kind }) => {
    const node = await session.get(`${path}/${name}`);
    return { name, kind, owner: node === undefined ? "" : ownerOf(node.data) };
  });
}
