// Clocks that are changed: by law, by hand, by new tables of time zones.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at } from "../../test/support/observed.ts";
import { scheduleWorld } from "../../test/support/schedule-world.ts";
import { collapsedOnto, parseSchedule, slotsAfter } from "./cron.ts";

describe("a gap", () => {
  test("that puts two slots onto one instant makes one run, and the other is recorded", () => {
    const world = scheduleWorld({ schedule: "0,30 2 * * *", timeZone: "Europe/Berlin" }, "2026-03-28T12:00:00Z");
    expect(world.answer("2026-03-29T01:00:00Z")).toMatchObject({
      kind: "start",
      run: { slot: "2026-03-29T02:00", scheduledTime: "2026-03-29T01:00:00Z" },
      skipped: [{ reason: "DSTShifted", count: 1, message: expect.stringContaining("2026-03-29T02:30") }],
      moved: expect.stringContaining("2026-03-29T02:00"),
    });
    expect(world.answer("2026-03-29T01:00:01Z")).toMatchObject({ kind: "nothing", next: { scheduledTime: "2026-03-30T00:00:00Z" } });
  });

  test("also merges the slot at its end, whose time does exist", () => {
    const world = scheduleWorld({ schedule: "0 2,3 * * *", timeZone: "America/New_York" }, "2026-03-08T00:00:00Z");
    expect(world.answer("2026-03-08T07:00:00Z")).toMatchObject({ kind: "start", skipped: [{ reason: "DSTShifted", count: 1 }] });
    expect(world.answer("2026-03-09T05:00:00Z").kind).toBe("nothing");
  });
});

describe("a clock", () => {
  test("that steps back over a slot does not run it twice, with a run in between or not", () => {
    const world = scheduleWorld();
    world.answer("2026-11-21T02:00:00Z");
    expect(world.answer("2026-11-21T01:30:00Z").kind).toBe("nothing");
    expect(world.answer("2026-11-21T02:00:00Z").kind).toBe("nothing");
    expect(world.runs).toHaveLength(1);
  });

  test("that steps back over the window's own making is no reason to run", () => {
    expect(scheduleWorld({}, "2026-11-21T02:30:00Z").answer("2026-11-21T02:15:00Z").kind).toBe("nothing");
  });
});

describe("new tables of time zones", () => {
  test("that move a slot which has run to a later instant do not run it again: it is known by its local time", () => {
    const world = scheduleWorld();
    world.answer("2026-11-21T02:00:00Z");
    // As if 02:00 had been an hour earlier when it ran.
    world.status = { answered: { schedule: "0 2 * * * UTC", until: "2026-11-21T01:00:00Z", slot: "2026-11-21T02:00" } };
    expect(world.answer("2026-11-21T02:00:00Z")).toMatchObject({ kind: "nothing", next: { scheduledTime: "2026-11-22T02:00:00Z" } });
  });
});

describe("every slot", () => {
  const minute = 60_000;
  const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Nuuk", "Asia/Kathmandu");
  const schedules = fc.constantFrom("0 2 * * *", "*/15 1-3 * * *", "30 * * * *", "0,30 2 * * 0", "15 23 28-31 3,10,11 *", "@hourly");
  const start = at("2026-03-27T00:00:00Z");
  // Wanderings of a controller: how long until its next look, and what the window is like then.
  const looks = fc.array(
    fc.record({
      after: fc.integer({ min: 1, max: 3000 }),
      suspend: fc.boolean(),
      runsOn: fc.boolean(),
      back: fc.integer({ min: 0, max: 90 }),
    }),
    { minLength: 1, maxLength: 30 },
  );

  test("is answered exactly once: it runs, or it is counted as skipped", () => {
    fc.assert(
      fc.property(zones, schedules, looks, (timeZone, schedule, steps) => {
        const world = scheduleWorld({ schedule, timeZone, startingDeadlineSeconds: 1800 }, new Date(start).toISOString());
        let furthest = start;
        for (const { after, suspend, runsOn, back } of steps) {
          world.spec = { ...world.spec, suspend };
          furthest += after * minute;
          for (const now of [furthest, furthest - back * minute, furthest]) world.answer(now, runsOn);
          if (world.status.run !== undefined) world.end();
        }
        world.spec = { ...world.spec, suspend: false };
        world.answer(furthest);
        const ids = world.runs.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const skipped = [...world.skips.values()].reduce((sum, count) => sum + count, 0);
        expect(world.runs.length + skipped).toBe(slotsBetween(schedule, timeZone, furthest));
      }),
      { numRuns: 50 },
    );
  }, 120_000);

  /** Nominal slots, those that a gap merges counted one by one. */
  function slotsBetween(expression: string, timeZone: string, until: number): number {
    const parsed = parseSchedule(expression, timeZone);
    if (parsed.kind === "problem") throw new Error(parsed.message);
    let count = 0;
    for (const slot of slotsAfter(parsed.schedule, start)) {
      if (slot.at > until) break;
      count += 1 + collapsedOnto(parsed.schedule, slot).length;
    }
    return count;
  }
});
