// Who stands on a lock path, asked again and again. A lock node's data is written once, so that of a node that was read before is
// not read again: looking at a path of ten thousand readers costs one list, and one read for each that is new.
//
// Not promised: owners of nodes that went while they were being read ("").
import { sortLockNodes } from "../protocol/lock-nodes.ts";
import { strangers } from "../protocol/lock-recognition.ts";
import { mapBounded } from "./bounded.ts";
import { withOwners } from "./holders.ts";
import type { LockHolder } from "./run-locks.ts";
import type { Session } from "./session.ts";

export interface Standing {
  /** All of them, first in line first. */
  readonly readers: readonly LockHolder[];
  readonly writerCount: number;
  /** Children that are no lock nodes of a window's lock: "<path>: <what it is>". */
  readonly foreign: readonly string[];
}

/** Throws ZooKeeperError. */
export type LookAtPaths = (session: Session, paths: readonly string[]) => Promise<Standing>;

export function createStanding(): LookAtPaths {
  let known: ReadonlyMap<string, LockHolder> = new Map();
  return async (session, paths) => {
    const looks = await mapBounded(paths, (path) => look(session, path, known));
    known = new Map(looks.flatMap(({ byPath }) => [...byPath]));
    return {
      readers: looks.flatMap(({ byPath }) => [...byPath.values()]),
      writerCount: looks.reduce((sum, { writerCount }) => sum + writerCount, 0),
      foreign: looks.flatMap(({ foreign }) => foreign),
    };
  };
}

async function look(session: Session, path: string, known: ReadonlyMap<string, LockHolder>) {
  await session.sync(path);
  const children = (await session.children(path)) ?? [];
  const nodes = sortLockNodes(children);
  const readers = nodes.filter(({ kind }) => kind === "read");
  const fresh = readers.filter(({ name }) => !known.has(`${path}/${name}`));
  const read = new Map((await withOwners(session, path, fresh)).map((holder) => [holder.name, holder]));
  const holders = readers.map(({ name }) => known.get(`${path}/${name}`) ?? read.get(name)).filter((holder) => holder !== undefined);
  return {
    byPath: new Map(holders.map((holder) => [`${path}/${holder.name}`, holder])),
    writerCount: nodes.filter(({ kind }) => kind === "write").length,
    foreign: strangers(children)
      .map((stranger) => `${path}/${stranger.path}: ${stranger.what}`)
      .sort(),
  };
}
