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

/** When the drain times out; undefined while its clock does not run. */
export function drainEnd({ window }: Observed, steps: Steps): number | undefined {
  const start = timeOf(steps.drainStartTime);
  return start === undefined ? undefined : start + window.spec.drainTimeoutSeconds * SECOND;
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
