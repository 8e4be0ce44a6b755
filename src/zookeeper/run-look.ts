// Looks at everything that a run holds or waits for, past any cache.
//
// Promised: what is read here is not older than the call, and the fences are read before all else. A transaction at these fence
// versions therefore fails if any other transaction of ours changed a signal or the run between the reads, or after them.
// Not promised: that the answer is one instant's. Nodes may go while it is being read.
import { type LockNode, sequenceProblem, sortLockNodes, writeNodePrefix } from "../protocol/lock-nodes.ts";
import { writerGrant } from "../protocol/lock-order.ts";
import { parseSignal, type RunIdentity, sameRun } from "../protocol/node-data.ts";
import { fencePath, root, windowFencePath } from "../protocol/paths.ts";
import { mapBounded } from "./bounded.ts";
import { readAllHeld } from "./held.ts";
import { withOwners } from "./holders.ts";
import { namesOfReaders, vanishedReaders } from "./marks.ts";
import type { HeldEntry, LockLook, Rival, RunLook, SignalLook, WriteNodeLook } from "./run-locks.ts";
import type { Node, Session } from "./session.ts";
import type { SeenSignal } from "./signals.ts";

const mostNames = 20;

/** Throws ZooKeeperError. */
export async function lookAtRun(session: Session, run: RunIdentity): Promise<RunLook> {
  await session.sync(root);
  const seen = await readSignals(session, run);
  const held = await readAllHeld(session);
  const locks = await mapBounded([...seen.entries()], ([signalPath, signal]) => readLocks(session, run, signalPath, signal));
  const byPath = new Map(locks.flat().map((lock) => [lock.path, lock]));
  return {
    held: ownHeld(held.entries.find((entry) => sameRun(entry, run))),
    locks: run.locks.flatMap(({ path }) => byPath.get(path) ?? []),
    rivals: held.entries.filter((entry) => !sameRun(entry, run)).map(rival),
    installations: held.installations,
  };
}

function ownHeld(entry: HeldEntry | undefined): RunLook["held"] {
  if (entry === undefined) return { kind: "absent" };
  return { kind: entry.exclusive ? "promoted" : "queued", ownSession: entry.ownSession };
}

function rival(entry: HeldEntry): Rival {
  const { installation, runId, window, exclusive, locks } = entry;
  return { installation, runId, window, exclusive, paths: locks.map((lock) => lock.path) };
}

async function readSignals(session: Session, run: RunIdentity): Promise<ReadonlyMap<string, SeenSignal>> {
  const paths = [...new Set(run.locks.map((lock) => lock.signalPath))];
  const fences = await mapBounded(paths, async (signalPath) => {
    const fence = signalPath === "" ? windowFencePath(run.window.uid) : fencePath(signalPath);
    return { signalPath, fence, fenceVersion: (await session.exists(fence))?.version };
  });
  const signals = await mapBounded(paths, async (path) => (path === "" ? none : readSignal(session, path)));
  return new Map(fences.map((seen, i) => [seen.signalPath, { ...seen, signal: signals[i] ?? none }]));
}

const none: SignalLook = { kind: "none" };

/** Not synced: the caller has. */
export async function readSignal(session: Session, path: string): Promise<SignalLook> {
  const node = await session.get(path);
  return node === undefined ? none : signalLook(path, node);
}

function signalLook(path: string, { data, stat }: Node): SignalLook {
  const parsed = parseSignal(data);
  if (parsed.kind === "foreign") {
    const message = `the signal ${path} was not raised by exclusive-window (it holds ${parsed.found}): whoever made it must remove it`;
    return { kind: "foreign", message, mzxid: stat.mzxid };
  }
  const { owners } = parsed;
  const persistent = stat.ephemeralOwner === undefined;
  return { kind: "ours", runs: owners.map((owner) => owner.runId), owners, persistent, version: stat.version, mzxid: stat.mzxid };
}

function readLocks(session: Session, run: RunIdentity, signalPath: string, seen: SeenSignal): Promise<readonly LockLook[]> {
  const paths = run.locks.filter((lock) => lock.signalPath === signalPath).map((lock) => lock.path);
  return mapBounded(paths, (path) => readLock(session, run, path, seen));
}

async function readLock(session: Session, run: RunIdentity, path: string, seen: SeenSignal): Promise<LockLook> {
  const children = (await session.children(path)) ?? [];
  const nodes = sortLockNodes(children);
  const prefix = writeNodePrefix(run.runId);
  const ownNodes = nodes.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name);
  const node = await readOwn(session, path, ownNodes);
  const ahead = node.kind === "absent" ? [] : aheadOf(nodes, node.name);
  const order = sequenceProblem(nodes);
  return {
    path,
    signalPath: seen.signalPath,
    fence: seen.fence,
    fenceVersion: seen.fenceVersion,
    signal: seen.signal,
    node,
    ownNodes,
    ahead: await withOwners(session, path, ahead.slice(0, mostNames)),
    aheadCount: ahead.length,
    predecessor: ahead.at(-1)?.name,
    writersAheadOfOthers: ahead.some(({ kind }) => kind === "write"),
    vanished: node.kind === "queued" && ahead.length === 0 ? await vanished(session, path, children) : [],
    foreignChildren: nodes.flatMap(({ kind, name }) => (kind === "foreign" ? [name] : [])).slice(0, mostNames),
    ...(order?.kind === "wrapped" ? { problem: `lock path ${path}: ${order.message}` } : {}),
    ...(order?.kind === "high" ? { warning: `lock path ${path}: ${order.message}` } : {}),
  };
}

async function vanished(session: Session, path: string, children: readonly string[]): Promise<readonly string[]> {
  const uuids = await vanishedReaders(session, path, children);
  return namesOfReaders(session, path, uuids.slice(0, mostNames));
}

function aheadOf(nodes: readonly LockNode[], ours: string): readonly LockNode[] {
  const grant = writerGrant(nodes, ours);
  return grant.kind === "waiting" ? grant.ahead : [];
}

async function readOwn(session: Session, path: string, ownNodes: readonly string[]): Promise<WriteNodeLook> {
  for (const name of ownNodes) {
    const stat = await session.exists(`${path}/${name}`);
    if (stat === undefined) continue;
    const kind = stat.ephemeralOwner === undefined ? "promoted" : "queued";
    return { kind, name, czxid: stat.czxid, ctimeMs: stat.ctimeMs, ownSession: stat.ephemeralOwner === session.id };
  }
  return { kind: "absent" };
}
