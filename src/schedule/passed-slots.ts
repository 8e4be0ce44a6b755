// The slots of a schedule that went by, as far as they are not answered yet. A slot is known by its nominal local time: other
// rules of a zone (new tzdata) move its instant, but never make it a second slot.
import { collapsedOnto, latestSlot, type Schedule, type Slot, slotsAfter } from "./cron.ts";

/** Slots are answered up to an instant, and up to a nominal local time if one was answered. */
export interface Mark {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly slot: string | undefined;
}

/** At least one slot. Beyond the cap the count is no longer exact, and `more` says so. */
export interface Passed {
  readonly count: number;
  readonly more: boolean;
  readonly first: Slot;
  readonly last: Slot;
}

/** Slots are counted one by one up to here, so that a year's pause of a schedule for every minute holds nothing up. */
export const COUNT_CAP = 1000;

/** The first slot that is not answered. */
export function firstUnanswered(schedule: Schedule, mark: Mark): Slot | undefined {
  for (const slot of slotsAfter(schedule, mark.until)) if (isUnanswered(schedule, mark, slot)) return slot;
  return undefined;
}

/** The last slot that is not answered, of those until an instant (inclusive). */
export function lastUnanswered(schedule: Schedule, mark: Mark, until: number): Slot | undefined {
  const slot = latestSlot(schedule, mark.until, until);
  return slot !== undefined && isUnanswered(schedule, mark, slot) ? slot : undefined;
}

/** The unanswered slots until an instant (inclusive), counted. Those that a gap puts onto one instant count one by one. */
export function passedSlots(schedule: Schedule, mark: Mark, until: number): Passed | undefined {
  const first = firstUnanswered(schedule, mark);
  const last = lastUnanswered(schedule, mark, until);
  if (first === undefined || last === undefined) return undefined;
  let count = 0;
  for (const slot of slotsAfter(schedule, first.at - 1)) {
    if (slot.at > until || count > COUNT_CAP) break;
    count += 1 + collapsedOnto(schedule, slot).length;
  }
  return { count: Math.min(count, COUNT_CAP), more: count > COUNT_CAP, first, last };
}

/** Everything up to the slot is answered, and with it what a gap puts onto the same instant. */
export function markAfter(schedule: Schedule, slot: Slot): Mark {
  return { until: slot.at, slot: collapsedOnto(schedule, slot).at(-1) ?? slot.key };
}

/** Names of an interval schedule's slots do not sort where an hour comes twice; there the instant says all. */
function isUnanswered({ kind }: Schedule, { slot: answered }: Mark, { key }: Slot): boolean {
  return kind === "interval" || answered === undefined || key > answered;
}
