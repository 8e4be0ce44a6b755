// Slots that do not run: how many, why, and what users are told of it.
import type { Spec } from "../crds/spec.ts";
import type { SkipReason } from "../crds/status.ts";
import type { Slot } from "./cron.ts";
import type { Passed } from "./passed-slots.ts";
import { timeText } from "./zone.ts";

export interface Skip {
  readonly reason: SkipReason;
  /** How many slots; at least so many where the message says "at least". */
  readonly count: number;
  /** When the last of them was due, RFC 3339. */
  readonly scheduledTime: string;
  readonly message: string;
}

export type PassedReason = Exclude<SkipReason, "DSTShifted" | "InvalidRunRequest">;

/** What a message may name. */
export interface SkipContext {
  readonly now: number;
  readonly spec: Spec;
}

export function skipOf({ count, more, first, last }: Passed, reason: PassedReason, context: SkipContext): Skip {
  const which =
    count === 1
      ? `due at ${timeText(last.at)}`
      : `${more ? "at least " : ""}${count} runs, due from ${timeText(first.at)} to ${timeText(last.at)}`;
  return { reason, count, scheduledTime: timeText(last.at), message: `${which}: ${skipWhy(reason, context)}` };
}

/** Nominal times that a clock change puts onto the instant of a slot: one run for all of them. */
export function collapsedSkip(slot: Slot, others: readonly string[]): readonly Skip[] {
  const last = others.at(-1);
  if (last === undefined) return [];
  const which = others.length === 1 ? last : `${others.length} nominal times from ${others[0]} to ${last}`;
  const message = `${which}: a clock change puts it onto the same instant as ${slot.key}, ${timeText(slot.at)}, and that is one run`;
  return [{ reason: "DSTShifted", count: others.length, scheduledTime: timeText(slot.at), message }];
}

export function skipWhy(reason: PassedReason, { now, spec }: SkipContext): string {
  const deadline = `startingDeadlineSeconds (${spec.startingDeadlineSeconds})`;
  switch (reason) {
    case "TooLate":
      return `seen at ${timeText(now)}, later than ${deadline} allows`;
    case "ParticipantsNotReady":
      return `kept waiting longer than ${deadline} allows, since its participants were not ready: see the condition ParticipantsReady`;
    case "Superseded":
      return "a later run was due by then, and only the latest one starts";
    case "RunActive":
      return "the window's previous run was still active";
    case "Suspended":
      return `spec.suspend was true until ${deadline} had passed`;
    case "PausedAfterFailures":
      return `the schedule is paused, since runs failed in a row (pauseAfterFailures: ${spec.pauseAfterFailures ?? "not set"})`;
  }
}
