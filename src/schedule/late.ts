// Runs that are too late to start, and why: those that were kept waiting for their participants say so, the others were not seen
// in time. What kept a run waiting cannot be seen afterwards, so status names the first and the last one (status.waitingRun).
import type { Spec } from "../crds/spec.ts";
import type { Status } from "../crds/status.ts";
import type { Schedule } from "./cron.ts";
import { type Mark, markAfter, passedSlots } from "./passed-slots.ts";
import { type PassedReason, type Skip, skipOf, skipWhy } from "./skip.ts";
import { timeText } from "./zone.ts";

export interface Overdue {
  readonly schedule: Schedule;
  readonly mark: Mark;
  /** Every slot that is unanswered until then (inclusive) is too late. */
  readonly until: number;
}

export interface LateContext {
  readonly now: number;
  readonly spec: Spec;
  readonly status: Status;
}

export function lateSkips({ schedule, mark, until }: Overdue, { now, spec, status }: LateContext): readonly Skip[] {
  const waiting = status.waitingRun?.trigger === "Schedule" ? status.waitingRun : undefined;
  const [first, last] = waiting === undefined ? [] : [Date.parse(waiting.since), Date.parse(waiting.scheduledTime)];
  const parts: readonly (readonly [number, PassedReason])[] =
    first === undefined || last === undefined || Number.isNaN(first) || Number.isNaN(last)
      ? [[until, "TooLate"]]
      : [
          [Math.min(first - 1, until), "TooLate"],
          [Math.min(last, until), "ParticipantsNotReady"],
          [until, "TooLate"],
        ];
  const skips: Skip[] = [];
  let from = mark;
  for (const [end, reason] of parts) {
    const passed = passedSlots(schedule, from, end);
    if (passed === undefined) continue;
    skips.push(skipOf(passed, reason, { now, spec }));
    from = markAfter(schedule, passed.last);
  }
  return skips;
}

/** A request has no due time: what it may wait counts from when it was first kept waiting. */
export function overdueRequest(request: string, { now, spec, status: { waitingRun } }: LateContext): Skip | undefined {
  if (waitingRun?.trigger !== "Request" || waitingRun.slot !== request) return undefined;
  if (now <= Date.parse(waitingRun.since) + spec.startingDeadlineSeconds * 1000) return undefined;
  const message = `requested as ${request}: ${skipWhy(waitingRun.reason, { now, spec })}`;
  return { reason: waitingRun.reason, count: 1, scheduledTime: timeText(now), message };
}
