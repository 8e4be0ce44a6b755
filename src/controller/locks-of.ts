// The lock paths of a window, defaults filled in, and whether it may use them beside every other window. Pure.
//
// Promised: windows whose locks could ever stand in each other's way are told so when the later one is made, not in the hour in which
// they do. Not promised: that they would: what two templates may give is judged by the digits alone.
import type { Window } from "../crds/parse.ts";
import { filled, isTemplate, mayBeBelow, mayBeSame } from "../protocol/path-templates.ts";
import { checkLocks, defaultLock, defaultSignalPath, type LockPaths, mayUse, overlaps } from "../protocol/paths.ts";
import { type HourRange, hoursOf, type Nominal, nominalHour } from "../schedule/lock-hours.ts";
import { zoneProblem } from "../schedule/zone.ts";
import type { Problem } from "../window/observed.ts";
import type { Grant } from "./hands.ts";

type Named = Pick<Window, "namespace" | "name" | "uid" | "createdAtMs" | "spec">;

/** The locks of a run that is due then: of an entry with `hours` one for each. A zone that cannot be read counts as UTC. */
export function locksOf(window: Pick<Window, "namespace" | "name" | "spec">, nominal: Nominal): readonly LockPaths[] {
  const { timeZone } = window.spec;
  const zone = zoneProblem(timeZone) === undefined ? timeZone : "UTC";
  return entriesOf(window).flatMap(({ path, signalPath, hours }) => {
    const times = hours === undefined ? [nominalHour(zone, nominal)] : hoursOf(zone, nominal, hours);
    return times.map((at) => ({ path: filled(path, at), signalPath: filled(signalPath, at) }));
  });
}

/** The lock paths that are the same at every time: those that somebody can be seen to hold while no run is due. */
export function standingPathsOf(window: Pick<Window, "namespace" | "name" | "spec">): readonly string[] {
  return entriesOf(window).flatMap(({ path }) => (isTemplate(path) ? [] : [path]));
}

/** One of those locks for each entry. */
export function samplesOf(window: Pick<Window, "namespace" | "name" | "spec">, locks: readonly LockPaths[]): readonly LockPaths[] {
  return entriesOf(window).flatMap(({ path }) => locks.find((lock) => mayBeSame(lock.path, path)) ?? []);
}

interface Entry extends LockPaths {
  readonly hours?: HourRange | undefined;
}

function entriesOf({ namespace, name, spec }: Pick<Window, "namespace" | "name" | "spec">): readonly Entry[] {
  if (spec.locks === undefined) return [defaultLock(namespace, name)];
  return spec.locks.map((lock) => ({ ...lock, signalPath: lock.signalPath ?? defaultSignalPath(lock.path) }));
}

interface Beside {
  readonly others: Iterable<Named>;
  readonly grants: readonly Grant[];
}

/**
 * Of the next run's locks their form and their number. What is granted, and what other windows have, is asked of the entries: it
 * holds, or does not, at every time.
 */
export function lockProblems(window: Named, next: readonly LockPaths[], { others, grants }: Beside): readonly Problem[] {
  const malformed = checkLocks(next);
  if (malformed !== undefined) return [{ reason: "InvalidLockPath", message: `spec.locks: ${malformed}` }];
  const locks = entriesOf(window);
  const granted = grants.filter((grant) => grant.namespace === window.namespace).flatMap((grant) => grant.prefixes);
  const denied = locks.flatMap(pathsOf).find((path) => !mayUse(path, window.namespace, granted));
  if (denied !== undefined) return [notGranted(denied, window.namespace, granted)];
  for (const other of others) {
    const problem = other.uid === window.uid || !isOlder(other, window) ? undefined : conflict(locks, other);
    if (problem !== undefined) return [problem];
  }
  return [];
}

function pathsOf({ path, signalPath }: LockPaths): readonly string[] {
  return signalPath === "" ? [path] : [path, signalPath];
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
  const pairs = locks.flatMap((mine) => entriesOf(other).map((its) => ({ mine, its })));
  const name = `${other.namespace}/${other.name}`;
  const found = pairs.map(({ mine, its }) => signalConflict(mine, its, name) ?? pathConflict(mine, its, name));
  return found.find((problem) => problem !== undefined);
}

function signalConflict(mine: LockPaths, its: LockPaths, other: string): Problem | undefined {
  if (!mayBeSame(mine.path, its.path) || mayBeSame(mine.signalPath, its.signalPath)) return undefined;
  const signalText = ({ signalPath }: LockPaths) => (signalPath === "" ? "no signal" : `the signal ${signalPath}`);
  const message = `spec.locks: ${mine.path} is also locked by window ${other}, with ${signalText(its)}; name the same signalPath, ${JSON.stringify(its.signalPath)}, instead of ${JSON.stringify(mine.signalPath)}`;
  return { reason: "SignalConflict", message };
}

function pathConflict(mine: LockPaths, its: LockPaths, other: string): Problem | undefined {
  const swapped = [mayBeSame(mine.path, its.signalPath) && mine.path, mayBeSame(mine.signalPath, its.path) && mine.signalPath].find(
    (path) => path !== false,
  );
  if (swapped !== undefined) return pathProblem(`${swapped} is in other use by window ${other}`);
  const nested = pathsOf(mine)
    .flatMap((path) => pathsOf(its).map((taken) => ({ path, taken })))
    .find(({ path, taken }) => overlaps(path, taken));
  if (nested === undefined) return undefined;
  const where = mayBeBelow(nested.path, nested.taken) ? "below" : "above";
  return pathProblem(`${nested.path} stands ${where} ${nested.taken} of window ${other}`);
}

function pathProblem(what: string): Problem {
  return { reason: "PathConflict", message: `spec.locks: ${what}; choose a path beside it` };
}
