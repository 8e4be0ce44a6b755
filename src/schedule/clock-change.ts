// What a change of the clock does to the slots of a schedule, as data: which local times are left out or come twice, and what
// that means for a run. The rule itself is in cron.ts; this file finds where it strikes, for previews and warnings.
// Promised: nothing here decides when anything runs. Not promised: a second change of one zone's clock within the same day.
import { changeBetween, collapsedOnto, keyOf, nextSlot, type Schedule, type Slot } from "./cron.ts";
import { localAt, offsetAt, transitionBetween, zoneProblem } from "./zone.ts";

/** A zone's clock moves. Local times are written as in a slot's key: "2026-03-08T02:00". */
export interface ClockMove {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What the clock would have shown then, and what it shows instead. */
  readonly from: string;
  readonly to: string;
}

export type ClockChange =
  /** Fixed times that do not exist: they run once, when the clock goes on. `joins`: a time that does exist is due then too. */
  | { readonly kind: "moved"; readonly move: ClockMove; readonly missing: readonly string[]; readonly joins: boolean }
  /** Times that do not exist and that no run stands for; named at the first slot after them. */
  | { readonly kind: "left-out"; readonly move: ClockMove; readonly missing: readonly string[] }
  /** A fixed time that comes twice: the slot is the first one, and nothing runs at the second. */
  | { readonly kind: "first-of-two"; readonly move: ClockMove; readonly local: string; readonly second: number }
  /** A time of an interval schedule that comes twice and runs both times. */
  | { readonly kind: "both"; readonly move: ClockMove; readonly local: string; readonly copy: "first" | "second"; readonly other: number };

export interface ConcernedSlot {
  readonly slot: Slot;
  readonly change: ClockChange;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** How far ahead a change is looked for: a year, and the weeks by which its date may differ. */
const AHEAD = 400 * DAY;

/** What a clock change does to one slot of the schedule; undefined for most. */
export function clockChangeNote(schedule: Schedule, slot: Slot): ClockChange | undefined {
  return slot.moved ? moved(schedule, slot) : (repeated(schedule, slot) ?? leftOut(schedule, slot));
}

/**
 * The next slot, within 400 days, that a clock change of its zone concerns. Found from the zone's changes, however many slots lie
 * before it. Of schedules that run every hour it is nearly always one that users need no warning of: ask `schedule.kind`.
 */
export function upcomingClockChange(schedule: Schedule, now: number): ConcernedSlot | undefined {
  const { timeZone } = schedule;
  const end = now + AHEAD;
  for (let at = changeBetween(timeZone, now - DAY, end); at !== undefined; at = changeBetween(timeZone, at, end)) {
    const goesBack = Math.max(0, offsetAt(timeZone, at - 1) - offsetAt(timeZone, at));
    const slot = nextSlot(schedule, Math.max(now, at - goesBack - 1));
    if (slot === undefined || slot.at > end) return undefined;
    const change = clockChangeNote(schedule, slot);
    if (change !== undefined) return { slot, change };
  }
  return undefined;
}

/** CET, EST, MST7MDT: no place, so nobody can tell by which rules its clock changes. */
const ABBREVIATION = /^[A-Z]{3}(?:\d[A-Z]{3})?$/i;
/** Three letters that mean one thing to everybody. */
const PLAIN: ReadonlySet<string> = new Set(["UTC", "UCT", "GMT", "PRC", "ROC", "ROK"]);

/** Why a zone that can be used may not be the one that is meant; undefined where there is nothing to say. */
export function zoneWarning(timeZone: string): string | undefined {
  if (!ABBREVIATION.test(timeZone) || PLAIN.has(timeZone.toUpperCase()) || zoneProblem(timeZone) !== undefined) return undefined;
  const place = new Intl.DateTimeFormat("en-US", { timeZone }).resolvedOptions().timeZone;
  const read = place.includes("/") ? ` and is read as ${place}` : "";
  return `is an abbreviation that several places use${read}: name the place whose clock is meant, such as Europe/Copenhagen`;
}

function moved(schedule: Schedule, slot: Slot): ClockChange {
  const nominal = [slot.key, ...collapsedOnto(schedule, slot)];
  const end = localAt(schedule.timeZone, slot.at);
  const missing = nominal.filter((key) => floating(key) < end);
  return { kind: "moved", move: moveAt(schedule.timeZone, slot.at), missing, joins: missing.length < nominal.length };
}

function repeated({ kind, timeZone }: Schedule, { at }: Slot): ClockChange | undefined {
  const local = localAt(timeZone, at);
  const later = local - offsetAt(timeZone, at + DAY);
  const earlier = local - offsetAt(timeZone, at - DAY);
  const other = [later, earlier].find((instant) => instant !== at && localAt(timeZone, instant) === local);
  if (other === undefined) return undefined;
  const move = moveAt(timeZone, transitionBetween(timeZone, Math.min(at, other), Math.max(at, other)));
  if (kind === "fixed") return { kind: "first-of-two", move, local: keyOf(local), second: other };
  return { kind: "both", move, local: keyOf(local), copy: at < other ? "first" : "second", other };
}

/** Of fixed times these can only be those of a date that does not exist: the others are moved, and the first slot is one of them. */
function leftOut(schedule: Schedule, { at }: Slot): ClockChange | undefined {
  const { timeZone } = schedule;
  const before = offsetAt(timeZone, at - DAY);
  const gap = offsetAt(timeZone, at) - before;
  if (gap <= 0) return undefined;
  const change = transitionBetween(timeZone, at - DAY, at);
  if (nextSlot(schedule, change - 1)?.at !== at) return undefined;
  const missing = nominalBetween(schedule, change + before, change + before + gap);
  return missing.length === 0 ? undefined : { kind: "left-out", move: moveAt(timeZone, change), missing };
}

function nominalBetween({ nominal }: Schedule, from: number, to: number): readonly string[] {
  const found: string[] = [];
  for (let local = nominal(from - 1); local !== undefined && local < to; local = nominal(local)) found.push(keyOf(local));
  return found;
}

function moveAt(timeZone: string, at: number): ClockMove {
  return { at, from: keyOf(at + offsetAt(timeZone, at - 1)), to: keyOf(at + offsetAt(timeZone, at)) };
}

function floating(key: string): number {
  return Date.parse(`${key}Z`);
}
