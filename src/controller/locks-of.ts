// The lock paths of a window, defaults filled in, and whether it may use them beside every other window. Pure.
import type { Window } from "../crds/parse.ts";
import { checkLocks, defaultLock, defaultSignalPath, type LockPaths, mayUse, overlaps } from "../protocol/paths.ts";
import type { Problem } from "../window/observed.ts";
import type { Grant } from "./hands.ts";

type Named = Pick<Window, "namespace" | "name" | "uid" | "createdAtMs" | "spec">;

export function locksOf({ namespace, name, spec }: Pick<Window, "namespace" | "name" | "spec">): readonly LockPaths[] {
  if (spec.locks === undefined) return [defaultLock(namespace, name)];
  return spec.locks.map(({ path, signalPath }) => ({ path, signalPath: signalPath ?? defaultSignalPath(path) }));
}

export function lockProblems(window: Named, others: Iterable<Named>, grants: readonly Grant[]): readonly Problem[] {
  const locks = locksOf(window);
  const malformed = checkLocks(locks);
  if (malformed !== undefined) return [{ reason: "InvalidLockPath", message: `spec.locks: ${malformed}` }];
  const granted = grants.filter((grant) => grant.namespace === window.namespace).flatMap((grant) => grant.prefixes);
  const denied = locks.flatMap((lock) => [lock.path, lock.signalPath]).find((path) => !mayUse(path, window.namespace, granted));
  if (denied !== undefined) return [notGranted(denied, window.namespace, granted)];
  for (const other of others) {
    const problem = other.uid === window.uid || !isOlder(other, window) ? undefined : conflict(locks, other);
    if (problem !== undefined) return [problem];
  }
  return [];
}

function notGranted(path: string, namespace: string, granted: readonly string[]): Problem {
  const allowed = [`/exclusive-windows/${namespace}/`, ...granted].join(", ");
  return {
    reason: "PathNotGranted",
    message: `spec.locks: namespace ${namespace} may not use ${path}; it may use paths under ${allowed}; an administrator grants more in the controller's configuration (pathGrants)`,
  };
}

/** Of two windows that cannot both be right the one made later is refused; of two made at once, either, but always the same. */
function isOlder(other: Named, window: Named): boolean {
  const [a, b] = [other.createdAtMs ?? 0, window.createdAtMs ?? 0];
  return a < b || (a === b && other.uid < window.uid);
}

function conflict(locks: readonly LockPaths[], other: Named): Problem | undefined {
  const pairs = locks.flatMap((mine) => locksOf(other).map((its) => ({ mine, its })));
  const name = `${other.namespace}/${other.name}`;
  const found = pairs.map(({ mine, its }) => signalConflict(mine, its, name) ?? pathConflict(mine, its, name));
  return found.find((problem) => problem !== undefined);
}

function signalConflict(mine: LockPaths, its: LockPaths, other: string): Problem | undefined {
  if (mine.path !== its.path || mine.signalPath === its.signalPath) return undefined;
  const message = `spec.locks: ${mine.path} is also locked by window ${other}, with the signal ${its.signalPath}; name the same signalPath instead of ${mine.signalPath}`;
  return { reason: "SignalConflict", message };
}

function pathConflict(mine: LockPaths, its: LockPaths, other: string): Problem | undefined {
  const swapped = [mine.path === its.signalPath && mine.path, mine.signalPath === its.path && mine.signalPath].find(
    (path) => path !== false,
  );
  if (swapped !== undefined) return pathProblem(`${swapped} is in other use by window ${other}`);
  const nested = [mine.path, mine.signalPath]
    .flatMap((path) => [its.path, its.signalPath].map((taken) => ({ path, taken })))
    .find(({ path, taken }) => overlaps(path, taken));
  if (nested === undefined) return undefined;
  const where = nested.path.length > nested.taken.length ? "below" : "above";
  return pathProblem(`${nested.path} stands ${where} ${nested.taken} of window ${other}`);
}

function pathProblem(what: string): Problem {
  return { reason: "PathConflict", message: `spec.locks: ${what}; choose a path beside it` };
}
