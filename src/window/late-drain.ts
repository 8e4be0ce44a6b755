// A drain that takes longer than it may, by drainTimeoutPolicy: under Abort the run is given up, under Wait it waits on, and under
// Evict revocable readers are asked to release, then Pods of annotated workloads that hold a read lock are evicted, one a pass, and
// the run is given up after one more timeout.
//
// Promised: nothing here lets the run go on earlier. It is promoted when nothing sorts before its nodes, whoever was evicted.
import type { RunRecord } from "../crds/status.ts";
import { type DrainTimes, drainTimes, timeOf, timeText, windowEnd } from "./deadlines.ts";
import type { HoldingPod, KnownLocks, LockFacts, Observed, ReadersFacts } from "./observed.ts";
import type { ActiveSituation } from "./situation.ts";
import { stepsReached } from "./steps.ts";

/** So many refusals are remembered. While all of them wait for their retry no other Pod is tried. */
export const MOST_REFUSALS = 20;

type Draining = Extract<ActiveSituation, { at: "Draining" }>;

/** Whether the next decision needs to know who holds the read locks. */
export function asksForReaders(o: Observed): boolean {
  const { run } = o.window.status;
  if (run === undefined || o.locks.kind === "unknown" || o.locks.held !== "queued" || aheadOf(o.locks.locks) === 0) return false;
  const revokeAt = drainTimes(o, stepsReached(o, run))?.revokeAt;
  return revokeAt !== undefined && o.now >= revokeAt;
}

/** Of a run that is queued on all its paths and not first on all of them. */
export function classifyWaiting(o: Observed, run: RunRecord, { locks }: KnownLocks): ActiveSituation {
  const times = drainTimes(o, stepsReached(o, run));
  const draining: Draining = {
    at: "Draining",
    waitsForWriter: locks.some((l) => l.writerAhead),
    ahead: aheadOf(locks),
    holders: locks.flatMap((l) => l.holders),
    late: undefined,
  };
  if (times === undefined) return draining;
  if (times.giveUpAt !== undefined && o.now >= times.giveUpAt) {
    return { at: "Hopeless", result: "DrainTimedOut", message: timedOut(o, run, draining) };
  }
  switch (o.window.spec.drainTimeoutPolicy) {
    case "Abort":
      return draining;
    case "Wait":
      return o.now < times.overdueAt ? draining : { ...draining, late: waitsOn(o, run) };
    case "Evict":
      return classifyEvicting(o, run, times) ?? { ...draining, late: o.now < times.overdueAt ? undefined : evicting(o, run, times) };
  }
}

function classifyEvicting(o: Observed, run: RunRecord, { revokeAt, overdueAt }: DrainTimes): ActiveSituation | undefined {
  const revocable = o.readers.kind === "readers" ? o.readers.revocable : [];
  const mayRevoke = revokeAt !== undefined && o.now >= revokeAt && !isRevoked(o, run);
  if (mayRevoke && revocable.length > 0) return { at: "Revocable", readers: revocable };
  if (o.now < overdueAt) return undefined;
  if (timeOf(run.steps.evictTime) === undefined) return { at: "Overdue" };
  const pod = nextPod(o, run);
  return pod === undefined ? undefined : { at: "To be evicted", pod };
}

/** Once in a drain; one that began anew after the place in the queue was lost has other readers. */
function isRevoked(o: Observed, run: RunRecord): boolean {
  const { drainStartTime, revokeTime } = stepsReached(o, run);
  return (timeOf(revokeTime) ?? Number.NEGATIVE_INFINITY) >= (timeOf(drainStartTime) ?? o.now);
}

/** Those that were not tried yet first, then those whose eviction was refused the longest ago. */
function nextPod({ readers, now }: Observed, { evictionsRefused = [] }: RunRecord): HoldingPod | undefined {
  if (readers.kind !== "readers") return undefined;
  const waiting = evictionsRefused.filter(({ retryTime }) => now < (timeOf(retryTime) ?? 0));
  if (waiting.length >= MOST_REFUSALS) return undefined;
  const standing = readers.pods.filter(({ deleting, name }) => !deleting && !waiting.some(({ pod }) => pod === name));
  const refusedAt = (pod: HoldingPod) => evictionsRefused.findIndex((refusal) => refusal.pod === pod.name);
  return standing.toSorted((a, b) => refusedAt(a) - refusedAt(b))[0];
}

/** Who is in the way is counted on every path. */
function aheadOf(locks: readonly LockFacts[]): number {
  return locks.reduce((sum, l) => sum + l.ahead, 0);
}

function waitsOn({ window }: Observed, run: RunRecord): string {
  const { drainTimeoutSeconds } = window.spec;
  return `the drain has taken longer than ${drainTimeoutSeconds} s; drainTimeoutPolicy Wait goes on until ${timeText(windowEnd(run))}`;
}

function evicting(o: Observed, run: RunRecord, { giveUpAt }: DrainTimes): string {
  const until = giveUpAt === undefined ? "" : ` until ${timeText(giveUpAt)}`;
  return [`the drain has taken longer than ${o.window.spec.drainTimeoutSeconds} s: Pods are evicted${until}`, ...evictions(o, run)].join(
    "; ",
  );
}

function timedOut(o: Observed, run: RunRecord, { ahead, holders }: Draining): string {
  const { drainTimeoutSeconds, drainTimeoutPolicy } = o.window.spec;
  const what = `${ahead} lock${ahead === 1 ? " was" : "s were"} not released within ${drainTimeoutSeconds} s`;
  if (drainTimeoutPolicy !== "Evict") return `${what}: ${holders.join(", ")}`;
  return [`${what}, and ${drainTimeoutSeconds} s more for evictions`, ...evictions(o, run), holders.join(", ")].join("; ");
}

/** What came of the evictions: the refusals first, since a long message is cut at its end. */
function evictions({ readers }: Observed, { evicted = [], evictionsRefused = [] }: RunRecord): readonly string[] {
  const why = new Set(evictionsRefused.map(({ message }) => message));
  const refused = [...why].map((message) => {
    const pods = evictionsRefused.filter((refusal) => refusal.message === message).map(({ pod }) => pod);
    return `not evicted: ${pods.join(", ")} (${message})`;
  });
  return [...refused, ...(evicted.length === 0 ? [] : [`evicted: ${evicted.join(", ")}`]), ...leftAlone(readers)];
}

function leftAlone(readers: ReadersFacts): readonly string[] {
  switch (readers.kind) {
    case "not asked":
      return [];
    case "unknown":
      return [`who holds them cannot be read: ${readers.why}`];
    case "readers":
      return readers.others.length === 0 ? [] : [`left alone, being no Pod of an annotated workload: ${readers.others.join(", ")}`];
  }
}
