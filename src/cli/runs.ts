// Which runs of a schedule are shown: from an instant on, until another one or until there are enough of them.
import { type Schedule, type Slot, slotsAfter } from "../schedule/cron.ts";

/** At most so many runs are shown. */
export const MOST_RUNS = 10_000;
/** So many where nobody says how many, nor until when. */
export const USUAL_RUNS = 5;

export interface Range {
  /** Milliseconds since 1970; a run at this very instant is shown. */
  readonly from: number;
  /** A run at this very instant is not. */
  readonly until: number | undefined;
  readonly count: number | undefined;
}

export interface Runs {
  readonly slots: readonly Slot[];
  /** Where the next one was left out, though nobody asked for a number of them. */
  readonly cutAt: number | undefined;
}

export function runsIn(schedule: Schedule, { from, until, count }: Range): Runs {
  const most = count ?? (until === undefined ? USUAL_RUNS : MOST_RUNS);
  const slots: Slot[] = [];
  for (const slot of slotsAfter(schedule, from - 1)) {
    if (until !== undefined && slot.at >= until) break;
    if (slots.length === most) return { slots, cutAt: count === undefined && until !== undefined ? slot.at : undefined };
    slots.push(slot);
  }
  return { slots, cutAt: undefined };
}
