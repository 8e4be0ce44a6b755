// Which hours a run's locks are of. Hours are the clock's, in UTC, as datasets have them; where a range of them begins and ends
// is counted in the zone of the schedule, from the hour of the run's nominal time.
//
// Whole days (24 hours) are days of the calendar, the rest are hours of the clock. So a run of each night from -24 to 0 has every real
// hour once: 23 or 25 of them on the days of a clock change, and none is left out between two nights; and a run of each hour from
// -1 to 0 has the hour before it, whatever the clocks on the wall do.
import { instantOf, localAt } from "./zone.ts";

export interface HourRange {
  readonly from: number;
  /** Itself left out. */
  readonly to: number;
}

/** When a run is due. */
export interface Nominal {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The local time that it falls due at, floating, where a clock change leaves that one out. */
  readonly leftOut: number | undefined;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The beginning of the hour that a run falls due in. */
export function nominalHour(zone: string, { at, leftOut }: Nominal): number {
  return leftOut === undefined ? at - (localAt(zone, at) % HOUR) - (at % 1000) : at;
}

/** The beginnings of all hours that hold an instant of the range, in order. */
export function hoursOf(zone: string, nominal: Nominal, { from, to }: HourRange): readonly number[] {
  const [begin, end] = [shifted(zone, nominal, from), shifted(zone, nominal, to)];
  const first = Math.floor(begin / HOUR);
  return Array.from({ length: Math.max(0, Math.ceil(end / HOUR) - first) }, (_, i) => (first + i) * HOUR);
}

function shifted(zone: string, nominal: Nominal, hours: number): number {
  const days = Math.trunc(hours / 24);
  const base = nominalHour(zone, nominal);
  const local = nominal.leftOut ?? localAt(zone, nominal.at);
  // A date that a zone left out altogether has no instant: then its days are all of 24 hours.
  const day = days === 0 ? base : (instantOf(zone, local - (local % HOUR) + days * DAY) ?? base + days * DAY);
  return day + (hours % 24) * HOUR;
}
