// Where things stand in ZooKeeper: our root and what we keep below it, and which paths a user may name for a lock.
//
// Promised: a path is accepted byte for byte or refused with a reason, never cleaned; the name of a fence leads back to exactly
// one signal path.
// Not promised: that two windows may share what each of them may name; `overlaps` says whether two paths stand in each other's way.

import { filled, mayBeBelow, shapeOf } from "./path-templates.ts";

export const root = "/exclusive-windows";
/** One node for each installation, below it one for each run that has queued. */
export const heldRoot = `${root}/_held`;
/** One node for each signal path that was ever raised. */
export const fencesRoot = `${root}/_fences`;

export interface LockPaths {
  readonly path: string;
  /** "": nobody is asked to pause; readers that release by themselves are waited for. */
  readonly signalPath: string;
}

/** As many as one transaction takes. */
export const mostLocks = 256;
/** Of all paths of a run together: each stands several times in one transaction, and the servers refuse more than a megabyte. */
const mostCharacters = 65_536;
const longestPath = 512;
const mostSegments = 16;
const segmentRule = /^[A-Za-z0-9._-]{1,64}$/;

/** Whether a text may stand as one segment of a path. */
export function isSegment(text: string): boolean {
  return segmentRule.test(text) && text !== "." && text !== "..";
}

/** Why a path cannot be a lock path or a signal path; undefined if it can. */
export function checkLockPath(path: string): string | undefined {
  const shown = JSON.stringify(path.length > 100 ? `${path.slice(0, 100)}…` : path);
  if (!path.startsWith("/")) return `${shown} is not absolute: begin it with a slash`;
  if (path.length > longestPath) return `${shown} has ${path.length} characters: at most ${longestPath} are allowed`;
  const segments = path.slice(1).split("/");
  if (segments.length > mostSegments) return `${shown} has ${segments.length} segments: at most ${mostSegments} are allowed`;
  const bad = segments.find((segment) => !isSegment(segment));
  if (bad !== undefined) {
    return `${shown} has the segment ${JSON.stringify(bad)}: use 1 to 64 of A-Z a-z 0-9 . _ -, and neither . nor .. alone`;
  }
  return reserved(segments, shown);
}

function reserved(segments: readonly string[], shown: string): string | undefined {
  if (segments[0] === "zookeeper") return `${shown} is below /zookeeper, which belongs to the ZooKeeper servers: choose another path`;
  if (`/${segments[0]}` !== root) return undefined;
  if (segments.length === 1) return `${shown} is the root of everything that belongs to exclusive-window: name a path below it`;
  const ours = segments.find((segment) => segment.startsWith("_"));
  return ours === undefined
    ? undefined
    : `${shown} has the segment "${ours}": below ${root}, names that begin with _ are the controller's own`;
}

/** Why the locks of one window cannot be used together; undefined if they can. */
export function checkLocks(locks: readonly LockPaths[]): string | undefined {
  const lockPaths = locks.map((lock) => lock.path);
  const signalPaths = [...new Set(locks.map((lock) => lock.signalPath))].filter((path) => path !== "");
  const many = tooMany([...lockPaths, ...signalPaths], lockPaths.length);
  if (many !== undefined) return many;
  for (const path of [...lockPaths, ...signalPaths]) {
    const problem = checkLockPath(path);
    if (problem !== undefined) return problem;
  }
  const twice = lockPaths.find((path, i) => lockPaths.indexOf(path) !== i);
  if (twice !== undefined) return `the lock path ${twice} is named twice: name it once`;
  const both = signalPaths.find((path) => lockPaths.includes(path));
  if (both !== undefined) return `${both} is a lock path and a signal path: give the signal a path of its own, beside the lock path`;
  const readers = lockPaths.map(readersPath);
  const taken = [...lockPaths, ...signalPaths].find((path) => readers.includes(path));
  if (taken !== undefined) return `${taken} is where the readers of a lock path leave their marks: choose another path`;
  return nested([...lockPaths, ...signalPaths, ...readers]);
}

function tooMany(paths: readonly string[], lockCount: number): string | undefined {
  if (lockCount > mostLocks) return `there are ${lockCount} lock paths: at most ${mostLocks} are allowed`;
  const characters = paths.reduce((sum, path) => sum + path.length, 0);
  if (characters <= mostCharacters) return undefined;
  return `the lock paths and signal paths have ${characters} characters together: at most ${mostCharacters} are allowed`;
}

function nested(paths: readonly string[]): string | undefined {
  const standing = new Set(paths);
  for (const path of paths) {
    for (let above = parentPath(path); above !== "/"; above = parentPath(above)) {
      if (standing.has(above))
        return `${path} stands below ${above}: only lock nodes may stand below a lock path, and nothing below a signal`;
    }
  }
  return undefined;
}

/**
 * Whether a namespace's windows may name a path: below its own part of the root, or at or below one of the prefixes granted to it.
 * Of a template everything that it can give counts.
 */
export function mayUse(template: string, namespace: string, grants: readonly string[]): boolean {
  if (checkLockPath(filled(template, 0)) !== undefined || !isSegment(namespace)) return false;
  const shape = shapeOf(template);
  if (isBelow(shape, `${root}/${namespace}`)) return true;
  return grants.some((grant) => grant === "/" || shape === grant || isBelow(shape, grant));
}

/** Whether one path, or template, may stand below the other. Equal paths do not overlap: windows may share a lock. */
export function overlaps(a: string, b: string): boolean {
  return mayBeBelow(a, b) || mayBeBelow(b, a);
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}/`);
}

export function defaultSignalPath(lockPath: string): string {
  return `${lockPath}-signal`;
}

/** Below it stand the marks of the readers of a lock path: never below the lock path itself. */
export function readersPath(lockPath: string): string {
  return `${lockPath}-readers`;
}

/** The mark of one reader: it outlives the read node of the same UUID where that was not released. */
export function readerMarkPath(lockPath: string, uuid: string): string {
  return `${readersPath(lockPath)}/${uuid}`;
}

/** The lock of a window that names none. */
export function defaultLock(namespace: string, name: string): LockPaths {
  const base = `${root}/${namespace}/${name}`;
  return { path: `${base}/lock`, signalPath: `${base}/signal` };
}

/** The node that says what a run holds. Throws where the installation or the run id could not stand as one segment. */
export function heldPath(installation: string, runId: string): string {
  return `${heldOf(installation)}/${segment(runId, "the run id")}`;
}

/** The parent of an installation's held nodes. Throws as heldPath does. */
export function heldOf(installation: string): string {
  return `${heldRoot}/${segment(installation, "the installation's name")}`;
}

function segment(text: string, what: string): string {
  if (!isSegment(text)) throw new Error(`${what} ${JSON.stringify(text)} cannot be the name of a znode: use 1 to 64 of A-Z a-z 0-9 . _ -`);
  return text;
}

// A colon is in no path that checkLockPath accepts, so it can stand for the slash without any escaping.
const slash = ":";

/** The fence of a window's runs for the locks that have no signal: they are no other window's business. No signal path has it. */
export function windowFencePath(windowUid: string): string {
  return `${fencesRoot}/${slash}${encodeURIComponent(windowUid)}`;
}

/** The fence of a signal path that checkLockPath accepts. */
export function fencePath(signalPath: string): string {
  return `${fencesRoot}/${signalPath.slice(1).replaceAll("/", slash)}`;
}

/** The signal path of a fence, by the fence's name; undefined for a name that no fence of ours has. */
export function signalPathOfFence(name: string): string | undefined {
  if (name.includes("/")) return undefined;
  const path = `/${name.replaceAll(slash, "/")}`;
  return checkLockPath(path) === undefined ? path : undefined;
}

/** The path of the node above; "/" above the first level. */
export function parentPath(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}
