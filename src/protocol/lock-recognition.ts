// What stands on a lock path, whoever put it there: which dialects, who holds and who waits, what is no lock node at all, and whether
// those who believe to exclude each other do.
//
// Promised: every child is named once, as a member of a lock or as foreign; a warning where two kinds of locks stand on one path.
// Not promised: that all is of one instant. Curator's semaphore mutex shows one taker twice for a moment, in line and with a lease.
import {
  type Dialect,
  dialects,
  grantOf,
  leaseGrant,
  leasesPath,
  parseLease,
  parseNode,
  queuePath,
  sequenceProblemOf,
  sortLeases,
  sortNodes,
} from "./dialects.ts";
import type { LockNode, SequenceProblem } from "./lock-nodes.ts";
import type { Grant } from "./lock-order.ts";

/** The children of a lock path, and of `locks` and `leases` below it where these exist. In any order. */
export interface LockChildren {
  readonly own: readonly string[];
  readonly locks?: readonly string[] | undefined;
  readonly leases?: readonly string[] | undefined;
}

export interface LockMember {
  readonly dialect: Dialect;
  readonly kind: "read" | "write";
  /** Below the lock path: the child's name, or "locks/…", "leases/…". */
  readonly path: string;
  readonly sortKey: string;
  readonly standing: "held" | "waiting";
  /** Whom it waits for, first in line first, named as `path` is. Empty while a lease is about to be taken. */
  readonly ahead: readonly string[];
}

export interface ForeignChild {
  /** As LockMember.path. */
  readonly path: string;
  /** For people: "a write lock of Python's kazoo", "no lock node". */
  readonly what: string;
}

export interface LockRecognition {
  /** Of which there are members, in the order of `dialects`. */
  readonly dialects: readonly Dialect[];
  /** By dialect, those of each first in line first; leases before those in line for one. */
  readonly members: readonly LockMember[];
  readonly foreign: readonly ForeignChild[];
  /** Kinds of locks stand here that do not see each other: the text says which, and what to do. */
  readonly blind: string | undefined;
  /** The worst of all that is wrong with sequence numbers here. */
  readonly sequence: SequenceProblem | undefined;
}

export function recogniseLock(lockPath: string, children: LockChildren): LockRecognition {
  const members = dialects.flatMap((dialect) => membersOf(dialect, children));
  const standing = dialects.filter((dialect) => members.some((member) => member.dialect === dialect));
  const foreign = foreignIn(children, standing);
  const problems = standing.flatMap((dialect) => sequenceProblemOf(dialect, inLine(dialect, children)) ?? []);
  return {
    dialects: standing,
    members,
    foreign,
    blind: blindness(lockPath, standing, foreign),
    sequence: problems.find(({ kind }) => kind === "wrapped") ?? problems[0],
  };
}

/** Without leases, what stands below `locks` is a lock of its own with that path (as everything below LogDriver's root is). */
function hasLeases(children: LockChildren): boolean {
  return children.leases !== undefined;
}

function inLine(dialect: Dialect, children: LockChildren): readonly string[] {
  if (leasesPath(dialect, "") === undefined) return children.own;
  return hasLeases(children) ? (children.locks ?? []) : [];
}

function membersOf(dialect: Dialect, children: LockChildren): readonly LockMember[] {
  const folder = folderOf(queuePath(dialect, ""));
  const names = inLine(dialect, children);
  const own = sortNodes(dialect, names).filter(({ name }) => folder !== "" || dialectOf(name) === dialect);
  const line = own.flatMap((node) => member(dialect, folder, node, (kind) => grantOf(dialect, kind, names, node.name)));
  if (leasesPath(dialect, "") === undefined) return line;
  const leases = leaseMembers(children.leases ?? []);
  const holders = leases.filter(({ standing }) => standing === "held").map(({ path }) => path);
  return [...leases, ...line.map((one): LockMember => ({ ...one, standing: "waiting", ahead: [...holders, ...one.ahead] }))];
}

/** The oldest lease holds; one that was taken beside it waits for it. */
function leaseMembers(names: readonly string[]): readonly LockMember[] {
  const sorted = sortLeases(names).map(({ name }) => name);
  return sortLeases(names).flatMap((node) =>
    member("CuratorSemaphoreMutex", "leases/", node, () => leaseGrant(sorted.slice(0, sorted.indexOf(node.name) + 1), node.name)),
  );
}

function member(dialect: Dialect, folder: string, node: LockNode, grant: (kind: "read" | "write") => Grant): readonly LockMember[] {
  const { kind, name, sortKey } = node;
  if (kind === "foreign") return [];
  const granted = grant(kind);
  const ahead = granted.kind === "waiting" ? granted.ahead.map((other) => folder + other.name) : [];
  return [{ dialect, kind, path: folder + name, sortKey, standing: granted.kind === "held" ? "held" : "waiting", ahead }];
}

function folderOf(below: string): string {
  return below === "" ? "" : `${below.slice(1)}/`;
}

/** Of a child of the lock path itself; the first that knows it. */
function dialectOf(name: string): Dialect | undefined {
  return dialects.find((dialect) => queuePath(dialect, "") === "" && parseNode(dialect, name).kind !== "foreign");
}

function foreignIn(children: LockChildren, standing: readonly Dialect[]): readonly ForeignChild[] {
  const isFolder = (name: string) => hasLeases(children) && (name === "locks" || name === "leases");
  const own = children.own.filter((name) => !isFolder(name) && dialectOf(name) === undefined).map(foreignChild);
  if (!standing.includes("CuratorSemaphoreMutex")) return own;
  const inLocks = (children.locks ?? []).filter((name) => parseNode("CuratorSemaphoreMutex", name).kind === "foreign");
  const inLeases = (children.leases ?? []).filter((name) => parseLease(name).kind === "foreign");
  return [...own, ...inLocks.map((name) => foreignChild(`locks/${name}`)), ...inLeases.map((name) => foreignChild(`leases/${name}`))];
}

/** Whoever stands on a window's lock path and is no lock node of Curator's read/write lock, as processors and windows take it. */
export function strangers(names: readonly string[]): readonly ForeignChild[] {
  const { members, foreign } = recogniseLock("", { own: names });
  const others = members.filter(({ dialect }) => dialect !== "Curator");
  return [...others.map(({ dialect, kind, path }) => ({ path, what: `a ${kind} lock in the dialect ${dialect}` })), ...foreign];
}

function foreignChild(path: string): ForeignChild {
  return { path, what: kazoo(path) ?? "no lock node" };
}

/** Python's kazoo, as it is unless its locks were told Curator's names. */
function kazoo(name: string): string | undefined {
  const [, kind] = /^[0-9a-f]{32}__(r?lock)__-?\d{10}$/.exec(name) ?? [];
  if (kind === undefined) return undefined;
  return kind === "rlock" ? "a read lock of Python's kazoo" : "a write lock of Python's kazoo";
}

function blindness(lockPath: string, standing: readonly Dialect[], foreign: readonly ForeignChild[]): string | undefined {
  const kinds: string[] = [...standing];
  if (foreign.some(({ path }) => kazoo(path) !== undefined)) kinds.push("Python's kazoo");
  if (kinds.length < 2) return undefined;
  const named = `${kinds.slice(0, -1).join(", ")} and ${kinds.at(-1)}`;
  return `locks of ${named} stand on ${lockPath} and do not see each other: both sides may hold it at once; give each a path of its own, or let all use one dialect`;
}
