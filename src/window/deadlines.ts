// The times that a run must not pass, all derived from its record and the spec. Durations are elapsed time, never wall time
// of the zone.
import type { RunRecord, Steps } from "../crds/status.ts";
import type { Observed } from "./observed.ts";

const SECOND = 1000;

export function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

export function timeText(at: number): string {
  return new Date(at).toISOString();
}

/** The end of the window. A record that cannot be read ends at once: better released than held for ever. */
export function windowEnd(run: RunRecord): number {
  return timeOf(run.deadlineTime) ?? 0;
}

/** Until when a run that processors do not know of yet may wait for its turn. */
export function latestStart({ window }: Observed, run: RunRecord): number {
  return Math.max(timeOf(run.scheduledTime) ?? 0, timeOf(run.startTime) ?? 0) + window.spec.startingDeadlineSeconds * SECOND;
}

/** What a drain comes to, in the order of its times; undefined: never, by its policy. */
export interface DrainTimes {
  /** Revocable readers are asked to release. */
  readonly revokeAt: number | undefined;
  /** The drain has timed out: under Abort the run is given up, under Wait that is said, under Evict Pods are evicted. */
  readonly overdueAt: number;
  readonly giveUpAt: number | undefined;
}

/** Undefined while the drain's clock does not run. */
export function drainTimes({ window: { spec } }: Observed, steps: Steps): DrainTimes | undefined {
  const start = timeOf(steps.drainStartTime);
  if (start === undefined) return undefined;
  const timeout = spec.drainTimeoutSeconds * SECOND;
  const overdueAt = start + timeout;
  switch (spec.drainTimeoutPolicy) {
    case "Abort":
      return { revokeAt: undefined, overdueAt, giveUpAt: overdueAt };
    case "Wait":
      return { revokeAt: undefined, overdueAt, giveUpAt: undefined };
    case "Evict":
      return evictTimes(start, timeout, timeOf(steps.evictTime));
  }
}

/**
 * Half the timeout is the readers' own: most release when they see the signal, and a revocation that crosses their release is
 * wasted. The other half is left for those who only hear of it by being revoked.
 */
function evictTimes(start: number, timeout: number, begun: number | undefined): DrainTimes {
  const overdueAt = start + timeout;
  if (begun === undefined) return { revokeAt: start + timeout / 2, overdueAt, giveUpAt: undefined };
  if (start <= begun) return { revokeAt: begun, overdueAt: begun, giveUpAt: begun + timeout };
  // The place in the queue was lost, and with it the signal: readers that work well have resumed. They are given half of what is
  // left, and at least a quarter of a timeout, before evictions go on; never another whole one.
  const giveUpAt = Math.max(begun + timeout, start + timeout / 2);
  const goOnAt = start + (giveUpAt - start) / 2;
  return { revokeAt: goOnAt, overdueAt: goOnAt, giveUpAt };
}

/** A reader that vanished may still be at work: it is given the time that its users say. */
export function graceEnd({ window, now }: Observed, steps: Steps, vanished: boolean): number {
  const { drainGraceSeconds, uncleanExitGraceSeconds } = window.spec;
  const seconds = vanished ? Math.max(drainGraceSeconds, uncleanExitGraceSeconds) : drainGraceSeconds;
  return (timeOf(steps.drainedTime) ?? now) + seconds * SECOND;
}

/** When the Job must have started a container; undefined once it has, or before it was let go. */
export function jobStartEnd({ window }: Observed, steps: Steps): number | undefined {
  const letGo = timeOf(steps.unsuspendTime);
  if (letGo === undefined || steps.jobStartTime !== undefined) return undefined;
  return letGo + window.spec.jobStartTimeoutSeconds * SECOND;
}
