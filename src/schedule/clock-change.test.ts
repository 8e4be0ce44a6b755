import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClockChange, clockChangeNote, upcomingClockChange, zoneWarning } from "./clock-change.ts";
import { clockChangeText } from "./clock-change-text.ts";
import { changeBetween, nextSlot, parseSchedule, type Schedule, slotsAfter } from "./cron.ts";
import { localAt, offsetAt } from "./zone.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

function read(expression: string, timeZone: string): Schedule {
  const parsed = parseSchedule(expression, timeZone);
  if (parsed.kind === "problem") throw new Error(parsed.message);
  return parsed.schedule;
}

/** What is noted of the first slot at or after an instant. */
function noteAt(expression: string, timeZone: string, from: string): ClockChange | undefined {
  const schedule = read(expression, timeZone);
  const slot = nextSlot(schedule, Date.parse(from) - 1);
  return slot === undefined ? undefined : clockChangeNote(schedule, slot);
}

describe("what a clock change does to a slot", () => {
  test.each([
    {
      schedule: "30 2 * * *",
      zone: "America/New_York",
      from: "2026-03-08T00:00Z",
      text: "the clock goes forward from 2026-03-08 02:00 to 03:00: 02:30 does not exist and runs at 03:00",
    },
    {
      schedule: "0 2,3 * * *",
      zone: "America/New_York",
      from: "2026-03-08T00:00Z",
      text: "the clock goes forward from 2026-03-08 02:00 to 03:00: 02:00 does not exist and runs at 03:00, as one with the run of 03:00",
    },
    {
      schedule: "*/10 2 * * *",
      zone: "America/New_York",
      from: "2026-03-08T00:00Z",
      text: "the clock goes forward from 2026-03-08 02:00 to 03:00: 02:00, 02:10, 02:20 and 3 more do not exist and run at 03:00, once",
    },
    {
      schedule: "*/30 * * * *",
      zone: "America/New_York",
      from: "2026-03-08T07:00Z",
      text: "the clock goes forward from 2026-03-08 02:00 to 03:00: 02:00 and 02:30 do not exist and are left out",
    },
    {
      schedule: "0 2 * * *",
      zone: "Pacific/Apia",
      from: "2011-12-30T00:00Z",
      text: "the clock goes forward from 2011-12-30 00:00 to 2011-12-31 00:00: 02:00 does not exist and is left out",
    },
    {
      schedule: "30 23 * * *",
      zone: "America/Nuuk",
      from: "2026-03-28T12:00Z",
      text: "the clock goes forward from 2026-03-28 23:00 to 2026-03-29 00:00: 23:30 does not exist and runs at 2026-03-29 00:00",
    },
    {
      schedule: "30 1 * * *",
      zone: "America/New_York",
      from: "2026-11-01T00:00Z",
      text: "the clock goes back from 2026-11-01 02:00 to 01:00: 01:30 comes twice and runs the first time only",
    },
    {
      schedule: "30 * * * *",
      zone: "America/New_York",
      from: "2026-11-01T05:30Z",
      text: "the clock goes back from 2026-11-01 02:00 to 01:00: 01:30 comes twice and runs both times, this is the first",
    },
    {
      schedule: "30 * * * *",
      zone: "America/New_York",
      from: "2026-11-01T06:30Z",
      text: "the clock goes back from 2026-11-01 02:00 to 01:00: 01:30 comes twice and runs both times, this is the second",
    },
  ])("$schedule in $zone from $from: $text", ({ schedule, zone, from, text }) => {
    const note = noteAt(schedule, zone, from);
    expect(note === undefined ? "nothing" : clockChangeText(note)).toBe(text);
  });

  test.each([
    { schedule: "0 1 * * *", zone: "America/New_York", from: "2026-03-08T00:00Z", why: "the hour before the gap" },
    { schedule: "0 3 * * *", zone: "America/New_York", from: "2026-03-08T00:00Z", why: "the gap's end itself exists" },
    { schedule: "0 2 * * *", zone: "America/New_York", from: "2026-11-01T00:00Z", why: "the hour after the repeated one" },
    { schedule: "0 4 * * *", zone: "America/New_York", from: "2026-03-08T07:30Z", why: "a later slot of the same day" },
    { schedule: "30 2 * * *", zone: "UTC", from: "2026-03-08T00:00Z", why: "a zone without changes" },
  ])("nothing is noted of $schedule in $zone: $why", ({ schedule, zone, from }) => {
    expect(noteAt(schedule, zone, from)).toBeUndefined();
  });

  test("it is left out once, at the first slot after the gap", () => {
    expect(noteAt("0 * * * *", "America/New_York", "2026-03-08T07:00Z")).toMatchObject({ kind: "left-out", missing: ["2026-03-08T02:00"] });
    expect(noteAt("0 * * * *", "America/New_York", "2026-03-08T08:00Z")).toBeUndefined();
  });
});

const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
const starts = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2036, 0) });

/** The fixed times below lie within 90 minutes of a change, and no change there is as long as a day. */
const AROUND = 26 * 60 * MINUTE;

/** Every local minute around a change, with the instants at which the zone's clock shows it. */
function clockAround(zone: string, change: number): ReadonlyMap<number, readonly number[]> {
  const shown = new Map<number, number[]>();
  for (let at = change - AROUND; at < change + AROUND; at += MINUTE) {
    const local = localAt(zone, at);
    shown.set(local, [...(shown.get(local) ?? []), at]);
  }
  return shown;
}

/** By the clock alone, whatever the code under test thinks: what is to be noted of a fixed time that the clock shows so often. */
function byTheClock(shown: readonly number[], key: string, change: number): object | undefined {
  if (shown.length === 0) return { kind: "moved", move: { at: change }, missing: [key] };
  return shown.length === 1 ? undefined : { kind: "first-of-two", move: { at: change }, second: shown[1] };
}

describe("fixed times in every zone", () => {
  test("are noted exactly where the zone's clock shows their time never or twice", () => {
    fc.assert(
      fc.property(zones, starts, fc.integer({ min: -90, max: 90 }), (zone, start, minutes) => {
        const change = changeBetween(zone, start, start + 400 * DAY) ?? Number.NaN;
        fc.pre(change % MINUTE === 0 && changeBetween(zone, change, change + 4 * DAY) === undefined);
        const shift = offsetAt(zone, change) - offsetAt(zone, change - 1);
        fc.pre(Math.abs(shift) < DAY);
        const nominal = change + offsetAt(zone, change) - Math.max(0, shift) + minutes * MINUTE;
        const time = new Date(nominal);
        const schedule = read(`${time.getUTCMinutes()} ${time.getUTCHours()} * * *`, zone);
        const key = time.toISOString().slice(0, 16);
        const slot = [...take(slotsAfter(schedule, change - 3 * DAY), 6)].find((candidate) => candidate.key === key);
        const note = slot === undefined ? "no slot" : clockChangeNote(schedule, slot);
        const expected = byTheClock(clockAround(zone, change).get(nominal) ?? [], key, change);
        if (expected === undefined) expect(note).toBeUndefined();
        else expect(note).toMatchObject(expected);
      }),
      { numRuns: 80 },
    );
  });
});

describe("the next slot that a clock change concerns", () => {
  const expressions = fc.oneof(
    fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 4 })).map(([minute, hour]) => `${minute} ${hour} * * *`),
    fc.constantFrom("30 */2 * * *", "30 2 * * 0#L", "0 2 29 3 *", "*/20 1-3 * * 0", "15 0 1 * *"),
  );

  test("is the one that a walk over all slots finds", () => {
    fc.assert(
      fc.property(zones, starts, expressions, (zone, now, expression) => {
        const schedule = read(expression, zone);
        let walked: number | undefined;
        for (const slot of slotsAfter(schedule, now)) {
          if (slot.at > now + 400 * DAY) break;
          if (clockChangeNote(schedule, slot) === undefined) continue;
          walked = slot.at;
          break;
        }
        expect(upcomingClockChange(schedule, now)?.slot.at).toBe(walked);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    { why: "the clock went forward just before", now: "2026-03-08T07:10Z", slot: "2026-03-08T07:45Z", kind: "left-out" },
    { why: "the repeated hour has begun", now: "2026-11-01T05:50Z", slot: "2026-11-01T06:45Z", kind: "both" },
  ])("may be one of a change that is over: $why", ({ now, slot, kind }) => {
    const found = upcomingClockChange(read("45 * * * *", "America/New_York"), Date.parse(now));
    expect(found).toMatchObject({ slot: { at: Date.parse(slot) }, change: { kind } });
  });

  test("is named with what happens to it", () => {
    const found = upcomingClockChange(read("30 2 * * *", "Europe/Copenhagen"), Date.parse("2026-04-01T00:00Z"));
    expect(found).toMatchObject({ slot: { at: Date.parse("2026-10-25T00:30Z") }, change: { kind: "first-of-two" } });
  });
});

describe("zones that may not be the ones that are meant", () => {
  test.each(["CET", "cet", "EST", "MST", "EST5EDT"])("%s is an abbreviation, and the warning says what it is read as", (zone) => {
    const read = new Intl.DateTimeFormat("en-US", { timeZone: zone }).resolvedOptions().timeZone;
    expect(zoneWarning(zone)).toContain(`is read as ${read}: name the place`);
  });

  test.each(["UTC", "GMT", "Europe/Copenhagen", "Etc/UTC", "Japan", "Mars"])("nothing is said of %s", (zone) => {
    expect(zoneWarning(zone)).toBeUndefined();
  });
});

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  for (const item of items) {
    if (taken++ === count) return;
    yield item;
  }
}
