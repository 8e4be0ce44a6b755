// The dialects of lock names: how four families of programs write, sort and read the nodes of a lock, each as it is.
//
// Promised: within one dialect everybody agrees on who is first, since each sorts as its own programs do. What two dialects see of
// each other is lock-recognition.ts.
// Not promised: that a name tells its owner. In ZooKeeperRecipe no id stands in the name; whoever must find his own node again after a
// lost reply looks at the session and the data (nodeText).
//
// Curator: InterProcessReadWriteLock. ZooKeeperRecipe: the ZooKeeper documentation, LogDriver. CuratorMutex: InterProcessMutex,
// Netflix Curator 1.3.3's InterProcessSemaphoreMutex, Go's zk.Lock. CuratorSemaphoreMutex: Apache Curator's of that name, which takes a
// mutex below `locks`, and under it a lease below `leases`; the lease is what it holds.
import {
  type LockNode,
  parseLockNode,
  readNodePrefix,
  type SequenceProblem,
  sequenceProblem,
  sortLockNodes,
  writerNodePrefix,
} from "./lock-nodes.ts";
import { type Grant, readerGrant, writerGrant } from "./lock-order.ts";

export const dialects = ["Curator", "ZooKeeperRecipe", "CuratorMutex", "CuratorSemaphoreMutex"] as const;
export type Dialect = (typeof dialects)[number];

export type LockMode = "read" | "write";

/** Which locks there are. A mutex is a write lock, and nothing else. */
export function modesOf(dialect: Dialect): readonly LockMode[] {
  return dialect === "Curator" || dialect === "ZooKeeperRecipe" ? ["read", "write"] : ["write"];
}

/** The parent of the nodes that stand in line. Where there are leases too, the first in line may take one. */
export function queuePath(dialect: Dialect, lockPath: string): string {
  return dialect === "CuratorSemaphoreMutex" ? `${lockPath}/locks` : lockPath;
}

/** The parent of the leases; undefined where being first in line is holding the lock. */
export function leasesPath(dialect: Dialect, lockPath: string): string | undefined {
  return dialect === "CuratorSemaphoreMutex" ? `${lockPath}/leases` : undefined;
}

/** The text before the server's digits, of an ephemeral sequential node in line. The id is the canonical lower-case form of a UUID. */
export function nodePrefix(dialect: Dialect, mode: LockMode, uuid: string): string {
  switch (dialect) {
    case "Curator":
      return mode === "read" ? readNodePrefix(uuid) : writerNodePrefix(uuid);
    case "ZooKeeperRecipe":
      return `${mode}-`;
    case "CuratorMutex":
    case "CuratorSemaphoreMutex":
      return `_c_${uuid}-lock-`;
  }
}

/** The same, of a lease. */
export function leasePrefix(uuid: string): string {
  return `_c_${uuid}-lease-`;
}

/** What such a node carries: the owner, for people; where the name has no room for it, the id behind it. */
export function nodeText(dialect: Dialect, owner: string, uuid: string): string {
  return dialect === "ZooKeeperRecipe" ? `${owner} ${uuid}`.trim() : owner;
}

/** A child of queuePath, as that dialect's programs take it. */
export function parseNode(dialect: Dialect, name: string): LockNode {
  if (dialect === "Curator") return parseLockNode(name);
  // LogDriver compares the last ten characters, whatever the name.
  if (dialect === "ZooKeeperRecipe") return { name, kind: recipeKind(name), sortKey: name.slice(-10) };
  const sortKey = afterLast(name, "lock-") ?? name;
  return { name, kind: /lock--?\d+$/.test(name) ? "write" : "foreign", sortKey };
}

/** A child of leasesPath. */
export function parseLease(name: string): LockNode {
  return { name, kind: /lease--?\d+$/.test(name) ? "write" : "foreign", sortKey: afterLast(name, "lease-") ?? name };
}

function recipeKind(name: string): LockNode["kind"] {
  return name.startsWith("write-") ? "write" : name.startsWith("read-") ? "read" : "foreign";
}

function afterLast(text: string, marker: string): string | undefined {
  const at = text.lastIndexOf(marker);
  return at < 0 ? undefined : text.slice(at + marker.length);
}

/** The children of queuePath, first in line first. Equal keys keep the order in which the server gave them. */
export function sortNodes(dialect: Dialect, names: readonly string[]): readonly LockNode[] {
  return sortLockNodes(names, (name) => parseNode(dialect, name));
}

/** The children of leasesPath, the oldest first. */
export function sortLeases(names: readonly string[]): readonly LockNode[] {
  return sortLockNodes(names, parseLease);
}

/** Whether that node is first in line, for its mode; `names` are all children of queuePath. A mode that the dialect lacks waits as a writer. */
export function grantOf(dialect: Dialect, mode: LockMode, names: readonly string[], ours: string): Grant {
  const nodes = sortNodes(dialect, names);
  return mode === "read" && modesOf(dialect).includes("read") ? readerGrant(nodes, ours) : writerGrant(nodes, ours);
}

/** Whether that lease is the lock: Curator counts, so any other child of leasesPath is in the way, whatever it is. */
export function leaseGrant(names: readonly string[], ours: string): Grant {
  if (!names.includes(ours)) return { kind: "absent" };
  const ahead = sortLeases(names).filter(({ name }) => name !== ours);
  return ahead.length === 0 ? { kind: "held" } : { kind: "waiting", ahead };
}

/** What is wrong with the sequence numbers in line; undefined if nothing is. `names` are all children of queuePath. */
export function sequenceProblemOf(dialect: Dialect, names: readonly string[]): SequenceProblem | undefined {
  const nodes = sortNodes(dialect, names);
  if (dialect !== "ZooKeeperRecipe") return sequenceProblem(nodes);
  return sequenceProblem(nodes.map((node) => ({ ...node, sortKey: node.name.slice(node.name.indexOf("-") + 1) })));
}
