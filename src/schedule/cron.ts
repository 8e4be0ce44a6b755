// When a schedule falls due. croner reads the syntax and lists nominal local times (asked in UTC, where nothing shifts);
// the rule for clock changes is ours, Vixie cron's made exact:
// - the hour is pinned (a number, list or range): every matched local time runs exactly once. Where the clock goes back, at
//   its first occurrence; where it is skipped, at the first valid instant after the gap; times that meet there run once.
// - the hour is free (* or all 24): real minutes count. Both copies of a repeated hour run, skipped times do not.
import { Cron } from "croner";
import { instantOf, localAt, offsetAt, offsetText, transitionBetween, zoneProblem } from "./zone.ts";

export interface Schedule {
  readonly expression: string;
  readonly timeZone: string;
  readonly kind: "fixed" | "interval";
  readonly nominal: Nominal;
}

/** One time at which a schedule falls due. */
export interface Slot {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The nominal local time, "2026-11-01T02:00"; with the UTC offset where an hour may come twice, "…T02:30+01:00". */
  readonly key: string;
  /** True when a clock change left out the nominal local time: it falls due at the first instant after the gap. */
  readonly moved: boolean;
}

export type ParsedSchedule =
  | { readonly kind: "schedule"; readonly schedule: Schedule }
  | { readonly kind: "problem"; readonly field: "spec.schedule" | "spec.timeZone"; readonly value: string; readonly message: string };

/** The first nominal local time (floating milliseconds) after another one; undefined when there is none any more. */
type Nominal = (after: number) => number | undefined;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A nominal time lies at most this far from the local time of its instant: a day's gap and a zone's whole shift. */
const SHIFT = 3 * DAY;
/** Any instant will do: whether an expression matches at all does not depend on it (croner searches thousands of years). */
const EPOCH = Date.UTC(2000, 0, 1);

export function parseSchedule(expression: string, timeZone: string): ParsedSchedule {
  const problem = (message: string): ParsedSchedule => ({ kind: "problem", field: "spec.schedule", value: expression, message });
  const zone = zoneProblem(timeZone);
  if (zone !== undefined)
    return { kind: "problem", field: "spec.timeZone", value: timeZone, message: `${zone}; use a name such as Europe/Copenhagen or UTC` };
  if (/TZ=/.test(expression)) return problem("names a zone; put it into spec.timeZone");
  if (/^@every/.test(expression)) return problem("is an interval from an unnamed start; write it as cron fields, such as */15 * * * *");
  try {
    const nominal = nominalTimes(expression);
    if (nominal(EPOCH) === undefined) return problem("never matches: no such date exists");
    return { kind: "schedule", schedule: { expression, timeZone, kind: isInterval(expression) ? "interval" : "fixed", nominal } };
  } catch (error) {
    return problem(error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "cannot be read");
  }
}

/** The slots after an instant, strictly later each time; nominal times that a gap puts onto one instant are one slot. */
export function slotsAfter(schedule: Schedule, after: number): Generator<Slot> {
  return schedule.kind === "fixed" ? fixedAfter(schedule, after) : intervalAfter(schedule, after);
}

/** The first slot after an instant; undefined when the schedule never matches again. */
export function nextSlot(schedule: Schedule, after: number): Slot | undefined {
  for (const slot of slotsAfter(schedule, after)) return slot;
  return undefined;
}

/** The last slot in (after, until], looked for from the end: what a long pause costs does not depend on how long it was. */
export function latestSlot(schedule: Schedule, after: number, until: number): Slot | undefined {
  for (let reach = HOUR; ; reach *= 4) {
    const from = Math.max(after, until - reach);
    let latest: Slot | undefined;
    for (const slot of slotsAfter(schedule, from)) {
      if (slot.at > until) break;
      latest = slot;
    }
    if (latest !== undefined || from === after) return latest;
  }
}

/** The names of the further nominal times that the gap which moved this slot puts onto the same instant. */
export function collapsedOnto({ nominal, timeZone }: Schedule, slot: Slot): readonly string[] {
  const keys: string[] = [];
  if (!slot.moved) return keys;
  for (let local = nominal(Date.parse(`${slot.key}Z`)); local !== undefined; local = nominal(local)) {
    const at = instantOf(timeZone, local);
    if (at !== undefined && at > slot.at) break;
    if (at === slot.at) keys.push(keyOf(local));
  }
  return keys;
}

function nominalTimes(expression: string): Nominal {
  // CronJob's 5/15 means 5-59/15; croner calls that sloppy, and with it a step of nothing, which CronJob refuses too.
  if (/(?:^|[\s,])\//.test(expression)) throw new Error("has a step of nothing: write */15, or 5/15 to begin at 5");
  const cron = new Cron(expression, { timezone: "UTC", mode: "5-part", sloppyRanges: true, paused: true });
  return (after) => cron.nextRun(new Date(after))?.getTime();
}

const HOURLY_NAMES = /^@hourly$/i;

function isInterval(expression: string): boolean {
  const hour = expression.trim().split(/\s+/)[1];
  if (hour === undefined) return HOURLY_NAMES.test(expression.trim());
  if (/^[*?]/.test(hour)) return true;
  const everyHour = nominalTimes(`0 ${hour} * * *`);
  let at: number | undefined = EPOCH - 1;
  for (let hours = 0; hours < 24; hours++) at = at === undefined ? undefined : everyHour(at);
  return at !== undefined && at < EPOCH + DAY;
}

function* fixedAfter({ nominal, timeZone }: Schedule, after: number): Generator<Slot> {
  let last = after;
  for (let local = nominal(startOf(timeZone, after)); local !== undefined; local = nominal(local)) {
    const at = instantOf(timeZone, local);
    if (at === undefined || at <= last) continue;
    last = at;
    yield { at, key: keyOf(local), moved: localAt(timeZone, at) !== local };
  }
}

/** A local time before which no nominal time can fall due after the instant: further back only where the clock was changed. */
function startOf(zone: string, after: number): number {
  const offset = offsetAt(zone, after);
  return after + offset - (offsetAt(zone, after - SHIFT) === offset ? 1 : SHIFT);
}

function* intervalAfter(schedule: Schedule, after: number): Generator<Slot> {
  for (let slot = nextInterval(schedule, after); slot !== undefined; slot = nextInterval(schedule, slot.at)) yield slot;
}

function nextInterval({ nominal, timeZone }: Schedule, after: number): Slot | undefined {
  const slot = (at: number, local: number, offset: number): Slot => ({ at, key: `${keyOf(local)}${offsetText(offset)}`, moved: false });
  for (let from = after; ; ) {
    const offset = offsetAt(timeZone, from);
    const local = nominal(from + offset);
    if (local === undefined) return undefined;
    const at = local - offset;
    const changedAt = changeBetween(timeZone, from, at);
    if (changedAt === undefined) return slot(at, local, offset);
    // The clock changes before that: go on from the change with the new offset (a match at that very instant counts).
    const changed = offsetAt(timeZone, changedAt);
    const first = nominal(changedAt + changed - 1);
    if (first === changedAt + changed) return slot(changedAt, first, changed);
    from = changedAt;
  }
}

/** The first change of the offset in (from, to], looked for in steps that no two changes of one zone lie within; or undefined. */
export function changeBetween(zone: string, from: number, to: number): number | undefined {
  const offset = offsetAt(zone, from);
  for (let at = from; at < to; ) {
    const next = Math.min(at + 7 * DAY, to);
    if (offsetAt(zone, next) !== offset) return transitionBetween(zone, at, next);
    at = next;
  }
  return undefined;
}

/** A local time (floating) as the name of a slot: "2026-11-01T02:00". */
export function keyOf(local: number): string {
  return new Date(local).toISOString().slice(0, 16);
}
