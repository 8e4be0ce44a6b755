import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at } from "../../test/support/observed.ts";
import { parseSchedule, type Schedule } from "./cron.ts";
import { hoursOf, type Nominal, nominalHour } from "./lock-hours.ts";
import { nominalOf } from "./occurrence.ts";
import { firstUnanswered } from "./passed-slots.ts";

const HOUR = 3_600_000;
const yesterday = { from: -24, to: 0 };
const due = (time: string): Nominal => ({ at: at(time), leftOut: undefined });
const hours = (zone: string, time: string, range = yesterday) =>
  hoursOf(zone, due(time), range).map((hour) => new Date(hour).toISOString().slice(0, 13));

describe("the hours of a run", () => {
  test("from -24 to 0 at midnight are yesterday's, each once", () => {
    const found = hours("UTC", "2026-11-27T00:00:00Z");
    expect(found).toEqual(Array.from({ length: 24 }, (_, hour) => `2026-11-26T${String(hour).padStart(2, "0")}`));
    expect(hours("UTC", "2026-11-27T00:59:59.999Z")).toEqual(found);
  });

  test.each([
    ["in spring", "2026-03-29T22:00:00Z", "2026-03-28T23", 23],
    ["in autumn", "2026-10-25T23:00:00Z", "2026-10-24T22", 25],
    ["on any other day", "2026-10-26T23:00:00Z", "2026-10-25T23", 24],
  ])("of yesterday in Copenhagen are as many as that day had, %s", (_, midnight, first, count) => {
    const found = hours("Europe/Copenhagen", midnight);
    expect([found[0], found.length, new Set(found).size]).toEqual([first, count, count]);
  });

  test("hold an instant of yesterday where a zone is half an hour off", () => {
    const found = hours("Asia/Kolkata", "2026-11-26T18:30:00Z");
    expect([found[0], found.at(-1), found.length]).toEqual(["2026-11-25T18", "2026-11-26T18", 25]);
  });

  test("are counted by the clock below a day, so that a run of each hour has the one before it", () => {
    for (const time of ["2026-03-29T01:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"]) {
      expect(hoursOf("Europe/Copenhagen", due(time), { from: -1, to: 0 })).toEqual([at(time) - HOUR]);
    }
  });

  test.each(["0 0 * * *", "30 2 * * *", "0 3 * * *", "45 23 * * *"])(
    "of nightly runs (%s) follow each other without a gap, whatever the clocks do",
    (cron) => {
      const zone = fc.constantFrom(
        "UTC",
        "Europe/Copenhagen",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "Antarctica/Troll",
      );
      const range = fc.constantFrom(yesterday, { from: -26, to: -2 }, { from: -72, to: -48 }, { from: -25, to: -1 });
      fc.assert(
        fc.property(zone, range, fc.integer({ min: at("2025-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z") }), (name, span, start) => {
          const [first, second] = slots(cron, name, start);
          const [before, after] = [hoursOf(name, first, span), hoursOf(name, second, span)];
          const gap = (after[0] ?? 0) - (before.at(-1) ?? 0);
          // Half an hour more or less makes two nights share the hour in which one ends and the other begins.
          expect(name === "Australia/Lord_Howe" ? gap === 0 || gap === HOUR : gap === HOUR).toBe(true);
          expect(before.every((hour, i) => i === 0 || hour - (before[i - 1] ?? 0) === HOUR)).toBe(true);
        }),
        { numRuns: 300 },
      );
    },
  );

  test("of the night whose time a clock change leaves out follow those of the night before, and the next night's follow them", () => {
    const [before, moved] = slots("30 2 * * *", "Europe/Copenhagen", at("2026-03-27T12:00:00Z"));
    const [, after] = slots("30 2 * * *", "Europe/Copenhagen", at("2026-03-28T12:00:00Z"));
    expect(moved).toEqual({ at: at("2026-03-29T01:00:00Z"), leftOut: Date.UTC(2026, 2, 29, 2, 30) });
    const [one, two, three] = [before, moved, after].map((nominal) => hoursOf("Europe/Copenhagen", nominal, yesterday));
    expect([one?.length, two?.length, three?.length]).toEqual([24, 24, 23]);
    expect([two?.[0], three?.[0]]).toEqual([(one?.at(-1) ?? 0) + HOUR, (two?.at(-1) ?? 0) + HOUR]);
  });

  test("begin where the hour of the nominal time does", () => {
    expect(nominalHour("UTC", due("2026-11-27T02:34:56Z"))).toBe(at("2026-11-27T02:00:00Z"));
    expect(nominalHour("Asia/Kolkata", due("2026-11-26T18:45:00Z"))).toBe(at("2026-11-26T18:30:00Z"));
  });

  test("of a range that holds none are none", () => {
    expect(hours("UTC", "2026-11-27T00:00:00Z", { from: 0, to: 0 })).toEqual([]);
  });
});

function slots(cron: string, zone: string, after: number): readonly [Nominal, Nominal] {
  const parsed = parseSchedule(cron, zone);
  if (parsed.kind === "problem") throw new Error(parsed.message);
  const first = next(parsed.schedule, after);
  return [first, next(parsed.schedule, first.at)];
}

function next(schedule: Schedule, until: number): Nominal {
  const slot = firstUnanswered(schedule, { until, slot: undefined });
  if (slot === undefined) throw new Error("the schedule is meant to go on");
  return nominalOf(slot);
}
