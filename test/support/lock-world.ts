// What the stories about run locks need of a ZooKeeper: sessions on a tree of their own, and short words for what happens in it.
// The same stories run against the one in memory and against real servers.
import type { RunIdentity } from "../../src/protocol/node-data.ts";
import { promoteRun } from "../../src/zookeeper/promote.ts";
import { queueRun } from "../../src/zookeeper/queue.ts";
import { releaseRun } from "../../src/zookeeper/release.ts";
import type { Commit, LockLook, RunLook } from "../../src/zookeeper/run-locks.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import type { Mode, Session } from "../../src/zookeeper/session.ts";

export interface LockWorld {
  /** A session of its own on this world's tree, which began empty. */
  open(): Promise<Session>;
  /** Ends a session at the servers: its ephemeral nodes go. */
  expire(session: Session): Promise<void>;
}

export const lockP = { path: "/locks/p", signalPath: "/locks/p-signal" };
export const lockQ = { path: "/locks/q", signalPath: "/locks/q-signal" };

export function aRun(runId: string, locks: RunIdentity["locks"] = [lockP], installation = "main"): RunIdentity {
  return { installation, runId, window: { namespace: "orders", name: `window-${runId}`, uid: `uid-${runId}` }, locks };
}

/** Looks and queues; answers the write nodes' names. */
export async function queued(session: Session, run: RunIdentity): Promise<readonly string[]> {
  return done(await queueRun(session, run, await lookAtRun(session, run)));
}

export async function promoted(session: Session, run: RunIdentity): Promise<readonly string[]> {
  return done(await promoteRun(session, run, await lookAtRun(session, run)));
}

export async function released(session: Session, run: RunIdentity): Promise<void> {
  done(await releaseRun(session, run, await lookAtRun(session, run)));
}

export function done(commit: Commit): readonly string[] {
  if (commit.kind === "stale") throw new Error(`expected the transaction to be done, but: ${commit.message}`);
  return commit.nodes ?? [];
}

/** What a look saw of one path; throws if it did not look there. */
export function lockOf(look: RunLook, path: string = lockP.path): LockLook {
  const lock = look.locks.find((one) => one.path === path);
  if (lock === undefined) throw new Error(`the look saw nothing of ${path}`);
  return lock;
}

/** A node as a Curator processor makes it; answers its path. */
export async function curatorNode(session: Session, kind: "READ" | "WRIT", path: string = lockP.path, owner = "10.0.0.7"): Promise<string> {
  await session.createParents(path);
  const name = `_c_1ab0458d-ab17-43e2-b6d5-be8a7835f979-__${kind}__`;
  return session.create(`${path}/${name}`, Buffer.from(owner), "ephemeral-sequential");
}

export async function put(session: Session, path: string, data: string, mode: Mode = "persistent"): Promise<void> {
  await session.create(path, Buffer.from(data), mode);
}

/** Every node below a path, with its data, owner and versions: equal only if nothing was done at all. */
export async function treeOf(session: Session, path = "/"): Promise<Readonly<Record<string, string>>> {
  await session.sync("/");
  const tree: Record<string, string> = {};
  const pending = [path];
  for (let at = pending.shift(); at !== undefined; at = pending.shift()) {
    const node = await session.get(at);
    if (node === undefined || at.startsWith("/zookeeper")) continue;
    const { version, czxid, ephemeralOwner } = node.stat;
    tree[at] = `${node.data.toString()} v${version} c${czxid} ${ephemeralOwner ?? "persistent"}`;
    for (const name of (await session.children(at)) ?? []) pending.push(`${at === "/" ? "" : at}/${name}`);
  }
  return tree;
}

/** As many hours' locks, none of which has a signal: `/hours/h0` and so on. */
export function silentHours(count: number): RunIdentity["locks"] {
  return Array.from({ length: count }, (_, hour) => ({ path: `/hours/h${hour}`, signalPath: "" }));
}

/** The paths that stand, without what is meant to stay: fences, parents and the nodes of installations. */
export async function remains(session: Session): Promise<readonly string[]> {
  const lasting = /^\/$|^\/locks(\/[a-z]+)?$|^\/hours(\/h\d+)?$|^\/exclusive-windows(\/_held(\/[^/]+)?|\/_fences(\/[^/]+)?)?$/;
  return Object.keys(await treeOf(session))
    .filter((path) => !lasting.test(path))
    .sort();
}
