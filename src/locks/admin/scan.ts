// Finds every lock below a path.
//
// Promised: a tree that changes meanwhile is walked to its end; at most a few requests are under way at once; a branch that may not
// be read is named. What the ZooKeeper servers and our controllers keep for themselves is passed over.
// Not promised: that all is of one instant; nor that what looks like a lock node was made as one: a name is all that tells.
import { type LockChildren, recogniseLock } from "../../protocol/lock-recognition.ts";
import { root as ourRoot } from "../../protocol/paths.ts";
import type { Session } from "../../zookeeper/session.ts";
import { below, childrenOf, isNoAuth, type LockView, viewOf } from "./look.ts";

export interface ScanProgress {
  readonly visited: number;
  readonly found: number;
}

export interface ScanOptions {
  /** List nodes too that had children once and have none: locks that nobody holds, and what is left of others. */
  readonly empty: boolean;
  readonly progress: (progress: ScanProgress) => void;
}

export interface Scan {
  /** By path. */
  readonly locks: readonly LockView[];
  readonly unreadable: readonly string[];
  /** How many nodes were looked at. */
  readonly visited: number;
}

const atOnce = 16;

/** Throws ZooKeeperError. */
export async function scanLocks(session: Session, root: string, options: ScanOptions): Promise<Scan> {
  await session.sync(root);
  const locks: LockView[] = [];
  const unreadable: string[] = [];
  let visited = 0;
  await walk(root, async (path) => {
    visited += 1;
    options.progress({ visited, found: locks.length });
    try {
      const { view, further } = await visit(session, path, options.empty);
      if (view !== undefined) locks.push(view);
      return further;
    } catch (error) {
      if (!isNoAuth(error)) throw error;
      unreadable.push(path);
      return [];
    }
  });
  return { locks: locks.sort((a, b) => byText(a.path, b.path)), unreadable: unreadable.sort(byText), visited };
}

interface Visit {
  readonly view?: LockView | undefined;
  /** Where to go on. */
  readonly further: readonly string[];
}

async function visit(session: Session, path: string, empty: boolean): Promise<Visit> {
  const children = await childrenOf(session, path);
  if (children === undefined) return { further: [] };
  const { members, foreign } = recogniseLock(path, children);
  const isLock = members.length > 0 || foreign.some(({ what }) => what.includes("lock of"));
  if (!isLock) {
    const view = empty && isEmpty(children) ? await formerLock(session, path, children) : undefined;
    return { view, further: view === undefined ? within(path, children.own) : [] };
  }
  const view = await viewOf(session, path, children);
  if (view.stat === undefined) return { further: [] };
  // A folder may bear the name of a lock node (read-models): only what is ephemeral has nothing below it for certain.
  const ephemeral = new Set(view.nodes.filter((node) => node.session !== undefined).map((node) => node.path));
  const isFolder = (name: string) => children.leases !== undefined && (name === "leases" || name === "locks");
  return { view, further: within(path, children.own).filter((at) => !ephemeral.has(nameIn(at)) && !isFolder(nameIn(at))) };
}

/** Nothing, or the two folders of a semaphore mutex with nothing in them. */
function isEmpty({ own, leases, locks }: LockChildren): boolean {
  return [...(leases ?? []), ...(locks ?? [])].length === 0 && own.every((name) => leases !== undefined && /^(?:leases|locks)$/.test(name));
}

async function formerLock(session: Session, path: string, children: LockChildren): Promise<LockView | undefined> {
  const view = await viewOf(session, path, children);
  const { stat } = view;
  const hadChildren = stat !== undefined && stat.ephemeralOwner === undefined && stat.cversion > 0;
  return hadChildren && path !== "/" ? view : undefined;
}

function within(path: string, names: readonly string[]): readonly string[] {
  return names.map((name) => below(path, name)).filter((at) => at !== "/zookeeper" && !at.startsWith(`${ourRoot}/_`));
}

function nameIn(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Calls `step` for the first path and for all that it answers. Rejects with the first failure, once no call is under way. */
async function walk(first: string, step: (path: string) => Promise<readonly string[]>): Promise<void> {
  const pending = [first];
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const start = (path: string) => {
    const one: Promise<void> = step(path)
      .then(
        (further) => void pending.push(...further),
        (error: unknown) => {
          failure ??= { error };
        },
      )
      .finally(() => running.delete(one));
    running.add(one);
  };
  while (pending.length > 0 || running.size > 0) {
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      if (failure === undefined) start(path);
      if (running.size >= atOnce) break;
    }
    await Promise.race(running);
  }
  if (failure !== undefined) throw failure.error;
}
