// Readers that a queued run waits for, and Curator's way to ask them to release: a read lock that was made revocable has no data;
// whoever wants the lock writes __REVOKE__ there, and its owner is told.
//
// Promised: only data that is empty, as it was seen, is written over, and only while the run's own write node stands. So a node is
// asked once, and gates of ours, whose nodes say who they are, are never asked this way: they watch the signal.
// Not promised: that anybody releases.
import { sortLockNodes } from "../protocol/lock-nodes.ts";
import { writerGrant } from "../protocol/lock-order.ts";
import { ownerOf } from "../protocol/node-data.ts";
import { mapBounded } from "./bounded.ts";
import { commit } from "./commit.ts";
import type { LockHolder, RunLook } from "./run-locks.ts";
import { type Session, ZooKeeperError } from "./session.ts";

/** What Curator's Revoker writes. */
export const revokeMessage = "__REVOKE__";

export interface ReaderAhead extends LockHolder {
  /** The lock path. */
  readonly path: string;
  readonly version: number;
  readonly isRevocable: boolean;
}

type Seen = Pick<RunLook, "locks">;

/** The read nodes before the run's own ones, at most so many of each path. Not synced: the look was. Throws ZooKeeperError. */
export async function readersAhead(session: Session, { locks }: Seen, limit = 5000): Promise<readonly ReaderAhead[]> {
  const lists = await mapBounded(locks, async ({ path, node }) => {
    if (node.kind === "absent") return [];
    const grant = writerGrant(sortLockNodes((await session.children(path)) ?? []), node.name);
    const ahead = grant.kind === "waiting" ? grant.ahead.filter(({ kind }) => kind === "read") : [];
    return mapBounded(ahead.slice(0, limit), ({ name }) => readReader(session, path, name));
  });
  return lists.flat().filter((reader) => reader !== undefined);
}

async function readReader(session: Session, path: string, name: string): Promise<ReaderAhead | undefined> {
  const node = await session.get(`${path}/${name}`);
  if (node === undefined) return undefined;
  const { version } = node.stat;
  return { path, name, kind: "read", owner: ownerOf(node.data), version, isRevocable: node.data.length === 0 };
}

/**
 * Asks readers of that look to release, and answers the names of those that were asked: not of one that has released since, or
 * whose node we may not write. Throws every other ZooKeeperError; those that were asked by then are revocable no more.
 */
export async function revokeReaders(
  session: Session,
  { locks }: Seen,
  readers: readonly Pick<ReaderAhead, "path" | "name" | "version">[],
): Promise<readonly string[]> {
  const asked = await mapBounded(readers, async ({ path, name, version }) => {
    const own = locks.find((lock) => lock.path === path)?.node;
    if (own === undefined || own.kind === "absent") return [];
    return (await revoke(session, { own: `${path}/${own.name}`, reader: `${path}/${name}`, version })) ? [name] : [];
  });
  return asked.flat();
}

interface Revocation {
  readonly own: string;
  readonly reader: string;
  readonly version: number;
}

async function revoke(session: Session, { own, reader, version }: Revocation): Promise<boolean> {
  try {
    const outcome = await commit(session, [
      { op: "check", path: own, version: -1 },
      { op: "set", path: reader, data: Buffer.from(revokeMessage), version },
    ]);
    return outcome.kind === "done";
  } catch (error) {
    if (error instanceof ZooKeeperError && error.code === "NoAuth") return false;
    throw error;
  }
}
