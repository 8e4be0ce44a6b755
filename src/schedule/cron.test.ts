import { readFileSync } from "node:fs";
import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { collapsedOnto, nextSlot, parseSchedule, type Schedule, type Slot } from "./cron.ts";
import { localAt, offsetAt } from "./zone.ts";

const minute = 60_000;
const day = 1440 * minute;

interface Vector {
  readonly id: string;
  readonly timeZone: string;
  readonly schedule: string;
  readonly fromUTC: string;
  readonly toUTC: string;
  readonly expected: readonly string[];
}

const vectors: readonly Vector[] = JSON.parse(readFileSync("test/data/schedule-vectors.json", "utf8"));

function read(expression: string, timeZone = "UTC"): Schedule {
  const parsed = parseSchedule(expression, timeZone);
  if (parsed.kind === "problem") throw new Error(parsed.message);
  return parsed.schedule;
}

function slotsBetween(schedule: Schedule, from: number, to: number): readonly Slot[] {
  const slots: Slot[] = [];
  for (let slot = nextSlot(schedule, from - 1); slot !== undefined && slot.at < to; slot = nextSlot(schedule, slot.at)) slots.push(slot);
  return slots;
}

describe("clock changes", () => {
  test.each(vectors)("$id: $schedule in $timeZone", ({ schedule, timeZone, fromUTC, toUTC, expected }) => {
    const slots = slotsBetween(read(schedule, timeZone), Date.parse(fromUTC), Date.parse(toUTC));
    expect(slots.map(({ at }) => at)).toEqual(expected.map((text) => Date.parse(text)));
  });

  test("a repeated hour gives two slots of an interval schedule two names", () => {
    const slots = slotsBetween(read("30 * * * *", "Europe/Berlin"), Date.parse("2026-10-25T00:00Z"), Date.parse("2026-10-25T02:00Z"));
    expect(slots.map(({ key }) => key)).toEqual(["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"]);
  });
});

describe("fixed times in every zone", () => {
  const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
  const twoOf = (max: number) => fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 2 });
  const times = fc.record({ minutes: twoOf(59), hours: twoOf(22) });
  const starts = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2036, 0) });

  test("each nominal time of each local date that exists is one slot, or collapsed onto one; later each time", () => {
    fc.assert(
      fc.property(zones, times, starts, (zone, { minutes, hours }, start) => {
        const schedule = read(`${minutes} ${hours} * * *`, zone);
        const slots = slotsBetween(schedule, start, start + 400 * day);
        const keys = slots.flatMap((slot) => [slot.key, ...collapsedOnto(schedule, slot)]);
        const first = Date.parse(`${keys[0]}Z`);
        const nominal = datesFrom(first, 390).flatMap((date) => hours.flatMap((h) => minutes.map((m) => date + (h * 60 + m) * minute)));
        const expected = nominal.filter((local) => local >= first && dateExists(zone, local)).sort((x, y) => x - y);
        expect(keys.slice(0, expected.length)).toEqual(expected.map((local) => new Date(local).toISOString().slice(0, 16)));
        for (const [i, slot] of slots.entries()) expect(slot.at).toBeGreaterThan(slots[i - 1]?.at ?? 0);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  test("a slot is never further from its nominal time than the gap is long that left it out", () => {
    fc.assert(
      fc.property(zones, times, starts, (zone, { minutes, hours }, start) => {
        for (const { at, key, moved } of slotsBetween(read(`${minutes} ${hours} * * *`, zone), start, start + 400 * day)) {
          const off = localAt(zone, at) - Date.parse(`${key}Z`);
          const gap = offsetAt(zone, at) - offsetAt(zone, at - 1000);
          expect(off).toBeGreaterThanOrEqual(0);
          expect(off).toBeLessThanOrEqual(moved ? gap : 0);
          // Of a local time that comes twice it is the first occurrence.
          if (!moved) expect(firstWith(zone, Date.parse(`${key}Z`))).toBe(at);
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});

describe("interval schedules in every zone", () => {
  test("run at each real minute whose local time matches, and at no other", () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const changes = fc.constantFrom(
      "2026-03-28T12:00Z",
      "2026-10-24T12:00Z",
      "2026-04-04T00:00Z",
      "2026-10-03T00:00Z",
      "2011-12-29T00:00Z",
    );
    fc.assert(
      fc.property(zones, changes, fc.constantFrom(5, 15, 20, 30), (zone, from, step) => {
        const start = Date.parse(from);
        const slots = slotsBetween(read(`*/${step} * * * *`, zone), start, start + 2 * day).map(({ at }) => at);
        const matches = Array.from({ length: 2880 }, (_, i) => start + i * minute).filter(
          (at) => ((localAt(zone, at) / minute) % 60) % step === 0,
        );
        expect(slots).toEqual(matches);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});

function datesFrom(local: number, count: number): readonly number[] {
  const date = Math.floor(local / day) * day;
  return Array.from({ length: count }, (_, i) => date + i * day);
}

function dateExists(zone: string, local: number): boolean {
  const date = Math.floor(local / day);
  // No date is shorter than some hours, or begins further than a day from where it does in UTC.
  return Array.from({ length: 73 }, (_, hour) => date * day + (hour - 24) * 60 * minute).some(
    (at) => Math.floor(localAt(zone, at) / day) === date,
  );
}

/** The first instant at which a zone's clocks show a local time, looked for in steps of a quarter of an hour of its offset. */
function firstWith(zone: string, local: number): number | undefined {
  for (let at = local - 15 * 60 * minute; at <= local + 15 * 60 * minute; at += 15 * minute) if (localAt(zone, at) === local) return at;
  return local - offsetAt(zone, local);
}

describe("where croner's own answer breaks the rule, ours counts", () => {
  test.each([
    {
      what: "a gap that crosses midnight",
      zone: "America/Nuuk",
      expression: "30 23 * * *",
      after: "2026-03-28T12:00:00Z",
      ours: "2026-03-29T01:00:00Z",
    },
  ])("$what: $expression in $zone", ({ zone, expression, after, ours }) => {
    const theirs = new Cron(expression, { timezone: zone, mode: "5-part", paused: true }).nextRun(new Date(after));
    expect(nextSlot(read(expression, zone), Date.parse(after))?.at).toBe(Date.parse(ours));
    expect(theirs?.getTime()).not.toBe(Date.parse(ours));
  });
});

describe("what cannot be a schedule", () => {
  test.each([
    ["0 0 30 2 *", "UTC", "spec.schedule", /never matches/],
    ["60 * * * *", "UTC", "spec.schedule", /minute/],
    ["1 2 3", "UTC", "spec.schedule", /five/],
    ["* * * * * *", "UTC", "spec.schedule", /5 parts/],
    ["TZ=UTC 0 2 * * *", "UTC", "spec.schedule", /spec.timeZone/],
    ["/15 2 * * *", "UTC", "spec.schedule", /step of nothing/],
    ["@every 5m", "UTC", "spec.schedule", /\*\/15/],
    ["@reboot", "UTC", "spec.schedule", /not supported/],
    ["0 2 * * *", "Mars/Olympus", "spec.timeZone", /IANA/],
    ["0 2 * * *", "Local", "spec.timeZone", /IANA/],
    ["0 2 * * *", "+02:00", "spec.timeZone", /IANA/],
  ])("%s in %s is refused and names %s", (expression, zone, field, message) => {
    const parsed = parseSchedule(expression, zone);
    expect(parsed).toMatchObject({ kind: "problem", field, message: expect.stringMatching(message) });
  });

  test.each([
    ["@daily", "fixed"],
    ["@hourly", "interval"],
    ["0 */2 * * *", "interval"],
    ["0 0-23 * * *", "interval"],
    ["*/5 2 * * *", "fixed"],
    ["0 2 L * *", "fixed"],
  ])("%s is a %s schedule", (expression, kind) => {
    expect(read(expression).kind).toBe(kind);
  });

  test("N/step begins at N and goes on to the field's end, as in CronJob", () => {
    const slots = slotsBetween(read("7/20 2 * * *"), Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2));
    expect(slots.map(({ key }) => key.slice(11))).toEqual(["02:07", "02:27", "02:47"]);
  });

  test("29 February is found beyond 2100, which has none", () => {
    expect(nextSlot(read("0 2 29 2 *"), Date.UTC(2097, 0))?.at).toBe(Date.UTC(2104, 1, 29, 2));
  });
});
