// Removes a lock path that nobody needs any more, and the nodes above it that have nothing left below them.
//
// Promised: nothing is removed but what the plan names, each at the version that was seen; the root of the locks, our own nodes and
// the servers' stay; a node above that holds data, or that got a child meanwhile, ends the climb and is named.
// Not promised: that nobody was about to lock there. Lock recipes make a path anew that has gone.
import { root as ourRoot, parentPath } from "../../protocol/paths.ts";
import { type Operation, type Session, type Stat, ZooKeeperError } from "../../zookeeper/session.ts";
import { below } from "./look.ts";
import type { Removal } from "./removal.ts";

/** Why nothing is purged there; undefined where it may be. `root` is "/" or the node below which all locks stand. */
export function purgeProblem(path: string, root: string): string | undefined {
  if (path === "/zookeeper" || path.startsWith("/zookeeper/")) return `${path} belongs to the ZooKeeper servers`;
  if (path.startsWith(`${ourRoot}/_`)) return `${path} belongs to the controllers of exclusive-window`;
  if (path === "/" || path === root || path === ourRoot) return `${path} is a root of locks: name a path below it`;
  if (root !== "/" && !path.startsWith(`${root}/`))
    return `${path} does not stand below the root of the locks, ${root}: name another --root`;
  if (parentPath(path) === "/" && root === "/") return `${path} is of the first level, which is never removed: name a path below it`;
  return undefined;
}

/** The path itself, with the folders of a semaphore mutex, in one transaction. What is in them must be gone. Throws ZooKeeperError. */
export async function removeLockPath(session: Session, path: string): Promise<Removal> {
  const paths = ["leases", "locks"].map((name) => below(path, name));
  const stats = await Promise.all([...paths, path].map(async (at) => ({ at, stat: await session.exists(at) })));
  const there = stats.flatMap(({ at, stat }) => (stat === undefined ? [] : [{ at, stat }]));
  if (!there.some(({ at }) => at === path)) return { kind: "gone", path };
  return removed(session, path, there.map(removalOf));
}

/** The childless nodes above that path, nearest first, up to `root`, which stays. Ends at the first that stays. Throws ZooKeeperError. */
export async function removeParents(session: Session, path: string, root: string): Promise<readonly Removal[]> {
  const removals: Removal[] = [];
  for (let at = parentPath(path); purgeProblem(at, root) === undefined; at = parentPath(at)) {
    const stat = await session.exists(at);
    if (stat === undefined) continue;
    if (stat.numChildren > 0) break;
    const removal: Removal =
      stat.dataLength > 0 ? { kind: "left", path: at, why: "it holds data" } : await removed(session, at, [removalOf({ at, stat })]);
    removals.push(removal);
    if (removal.kind === "left") break;
  }
  return removals;
}

/** What removeParents would remove if the path were gone. Throws ZooKeeperError. */
export async function parentsToRemove(session: Session, path: string, root: string): Promise<readonly string[]> {
  const parents: string[] = [];
  for (let at = parentPath(path); purgeProblem(at, root) === undefined; at = parentPath(at)) {
    const stat = await session.exists(at);
    if (stat === undefined) continue;
    if (stat.numChildren > 1 || stat.dataLength > 0) break;
    parents.push(at);
  }
  return parents;
}

function removalOf({ at, stat }: { readonly at: string; readonly stat: Stat }): Operation {
  return { op: "remove", path: at, version: stat.version };
}

async function removed(session: Session, path: string, operations: readonly Operation[]): Promise<Removal> {
  try {
    await session.transaction(operations);
    return { kind: "removed", path };
  } catch (error) {
    if (!(error instanceof ZooKeeperError)) throw error;
    const at = operations[error.operation ?? -1]?.path ?? path;
    if (error.code === "NoNode" && at === path) return { kind: "gone", path };
    const why = reasons[error.code];
    if (why === undefined) throw error;
    return { kind: "left", path, why: at === path ? why : `${at}: ${why}` };
  }
}

const reasons: Readonly<Partial<Record<ZooKeeperError["code"], string>>> = {
  NotEmpty: "nodes stand below it",
  BadVersion: "it changed since the look: look again",
  NoNode: "it vanished since the look: look again",
  NoAuth: "these credentials may not remove it (the ACL of the node above)",
};
