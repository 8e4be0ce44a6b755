import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextSlot, parseSchedule, type Schedule, type Slot } from "./cron.ts";
import { localAt } from "./zone.ts";

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
  const day = 86_400_000;
  const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
  const times = fc.record({ minute: fc.integer({ min: 0, max: 59 }), hour: fc.integer({ min: 0, max: 23 }) });
  const starts = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2036, 0) });

  test("run exactly once for each local date that exists, strictly later each time, and never further off than the clock was moved", () => {
    fc.assert(
      fc.property(zones, times, starts, (zone, { minute, hour }, start) => {
        const slots = slotsBetween(read(`${minute} ${hour} * * *`, zone), start, start + 400 * day);
        expect(new Set(slots.map(({ key }) => key)).size).toBe(slots.length);
        for (const [i, { at, key }] of slots.entries()) {
          const before = slots[i - 1];
          if (before !== undefined) expect(at).toBeGreaterThan(before.at);
          const moved = localAt(zone, at) - Date.parse(`${key}Z`);
          expect(moved).toBeGreaterThanOrEqual(0);
          expect(moved).toBeLessThan(day);
        }
        // Whole dates that a zone skipped are the only ones without a run, and there are at most one or two in history.
        expect(slots.length).toBeGreaterThanOrEqual(398);
        expect(slots.length).toBeLessThanOrEqual(401);
      }),
      { numRuns: 60 },
    );
  });
});

describe("what cannot be a schedule", () => {
  test.each([
    ["0 0 30 2 *", "UTC", "spec.schedule", /never matches/],
    ["60 * * * *", "UTC", "spec.schedule", /minute/],
    ["1 2 3", "UTC", "spec.schedule", /five/],
    ["* * * * * *", "UTC", "spec.schedule", /5 parts/],
    ["TZ=UTC 0 2 * * *", "UTC", "spec.schedule", /spec.timeZone/],
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

  test("29 February is found beyond 2100, which has none", () => {
    expect(nextSlot(read("0 2 29 2 *"), Date.UTC(2097, 0))?.at).toBe(Date.UTC(2104, 1, 29, 2));
  });
});
