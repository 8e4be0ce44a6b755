// Looks at one lock, whoever's it is: who holds, who waits for whom, and everything that removing a node by name needs to know of it.
//
// Promised: nodes that vanish while they are read are left out, and nobody is said to wait for them; what may not be read is
// `undefined`, never "nothing". Not promised: that all is of one instant.
import type { Dialect } from "../../protocol/dialects.ts";
import { type LockChildren, type LockMember, type LockRecognition, recogniseLock } from "../../protocol/lock-recognition.ts";
import { ownerOf } from "../../protocol/node-data.ts";
import { parseRunNode, type RunNode } from "../../protocol/run-node.ts";
import { mapBounded } from "../../zookeeper/bounded.ts";
import { type Node, type Session, type Stat, ZooKeeperError } from "../../zookeeper/session.ts";

export interface NodeView extends Omit<LockMember, "sortKey"> {
  /** For people: an address, a window and its run; "" where the node says nothing, undefined where it may not be read. */
  readonly owner: string | undefined;
  /** Undefined: the node is persistent. */
  readonly session: string | undefined;
  /** Of a window's run. */
  readonly run: RunNode | undefined;
  readonly czxid: bigint;
  readonly version: number;
  /** Milliseconds since 1970, by the servers' clock. */
  readonly createdMs: number;
}

export interface LockView extends Pick<LockRecognition, "dialects" | "foreign" | "blind" | "sequence"> {
  readonly path: string;
  /** Undefined: there is no such node. */
  readonly stat: Stat | undefined;
  /** The latest that is known: of the lock's own node, or of one below it. Removals leave no time behind. */
  readonly modifiedMs: number | undefined;
  /** By dialect, first in line first. */
  readonly nodes: readonly NodeView[];
}

/** `watch` is called at most a few times, at the next changes of who stands here. Throws ZooKeeperError. */
export async function lookAtLock(session: Session, path: string, watch?: () => void): Promise<LockView> {
  await session.sync(path);
  const children = await childrenOf(session, path, watch);
  return viewOf(session, path, children ?? { own: [] });
}

/** The same of children that the caller has listed. */
export async function viewOf(session: Session, path: string, children: LockChildren): Promise<LockView> {
  const listed = recogniseLock(path, children).members;
  const read = await mapBounded(listed, async (member) => [member.path, await readNode(session, below(path, member.path))] as const);
  const nodes = new Map(read);
  const gone = new Set(read.filter(([, node]) => node === undefined).map(([name]) => name));
  const { members, ...recognised } = recogniseLock(path, without(children, gone));
  const stat = await session.exists(path);
  const views = members.flatMap((member) => nodeView(member, nodes.get(member.path)));
  const times = stat === undefined ? [] : [stat.mtimeMs, ...views.map(({ createdMs }) => createdMs)];
  return { path, stat, modifiedMs: times.length === 0 ? undefined : Math.max(...times), ...recognised, nodes: views };
}

/** Undefined where the path does not exist; then too `watch` waits for it to come. Not synced. */
export async function childrenOf(session: Session, path: string, watch?: () => void): Promise<LockChildren | undefined> {
  for (;;) {
    const own = await session.children(path, watch);
    if (own !== undefined) return withFolders(session, path, own, watch);
    // No watch stands on what does not exist, except one for its coming.
    if (watch === undefined || (await session.exists(path, watch)) === undefined) return undefined;
  }
}

async function withFolders(session: Session, path: string, own: readonly string[], watch?: () => void): Promise<LockChildren> {
  if (!own.includes("leases")) return { own };
  const [leases, locks] = await Promise.all([
    session.children(below(path, "leases"), watch),
    own.includes("locks") ? session.children(below(path, "locks"), watch) : undefined,
  ]);
  return { own, leases, locks };
}

/** What the lock's members of one dialect are, and of one kind, where these are named. */
export function nodesOf(view: LockView, dialect?: Dialect, kind?: LockMember["kind"]): readonly NodeView[] {
  return view.nodes.filter((node) => (dialect ?? node.dialect) === node.dialect && (kind ?? node.kind) === node.kind);
}

export function below(path: string, name: string): string {
  return path === "/" ? `/${name}` : `${path}/${name}`;
}

interface Reading {
  readonly stat: Stat;
  /** Undefined: it may not be read. */
  readonly data: Buffer | undefined;
}

async function readNode(session: Session, path: string): Promise<Reading | undefined> {
  try {
    return await session.get(path);
  } catch (error) {
    if (!isNoAuth(error)) throw error;
    const stat = await session.exists(path); // everybody may
    return stat === undefined ? undefined : { stat, data: undefined };
  }
}

export function isNoAuth(error: unknown): boolean {
  return error instanceof ZooKeeperError && error.code === "NoAuth";
}

function nodeView({ sortKey: _, ...member }: LockMember, node: Reading | Node | undefined): readonly NodeView[] {
  if (node === undefined) return [];
  const { data, stat } = node;
  return [
    {
      ...member,
      owner: data === undefined ? undefined : ownerOf(data),
      session: stat.ephemeralOwner,
      run: data === undefined ? undefined : parseRunNode(data),
      czxid: stat.czxid,
      version: stat.version,
      createdMs: stat.ctimeMs,
    },
  ];
}

function without(children: LockChildren, gone: ReadonlySet<string>): LockChildren {
  const kept = (folder: string, names: readonly string[]) => names.filter((name) => !gone.has(folder + name));
  return {
    own: kept("", children.own),
    leases: children.leases && kept("leases/", children.leases),
    locks: children.locks && kept("locks/", children.locks),
  };
}
