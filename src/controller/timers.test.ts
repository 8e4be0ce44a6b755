import { describe, expect, test } from "vitest";
import { aClockwork } from "../../test/support/clockwork.ts";
import { manualClock } from "../../test/support/manual-clock.ts";
import { systemClock } from "../shared/clock.ts";
import { type Alarms, createAlarms } from "./timers.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("alarms", () => {
  test("ring in the order of their instants, each at its own", async () => {
    const { clock, rung, set } = aClockwork();
    for (const [key, ms] of [
      ["c", 31_000],
      ["a", 700],
      ["d", 31_001],
      ["b", 12_000],
    ] as const)
      set(key, ms);
    await clock.advance(MINUTE);
    expect(rung).toEqual([
      ["a", 700],
      ["b", 12_000],
      ["c", 31_000],
      ["d", 31_001],
    ]);
  });

  test("ring once, at the earliest instant that was wished for", async () => {
    const { clock, rung, set } = aClockwork();
    set("a", 9_000);
    set("a", 3_000);
    set("a", 6_000);
    await clock.advance(MINUTE);
    expect(rung).toEqual([["a", 3_000]]);
  });

  test("ring when they are set for the past, though not before set returns", async () => {
    const { clock, rung, set } = aClockwork();
    set("a", -DAY);
    set("b", Number.NaN);
    expect(rung).toEqual([]);
    await clock.advance(0);
    expect(rung.toSorted()).toEqual([
      ["a", 0],
      ["b", 0],
    ]);
  });

  test("may be set anew by the call that they make, for the past too", async () => {
    const clock = manualClock();
    const rung: string[] = [];
    const alarms: Alarms = createAlarms({
      clock,
      ring(key) {
        rung.push(key);
        if (rung.length < 3) alarms.set(key, clock.now());
      },
      onClockStep: () => {},
    });
    alarms.set("a", clock.now());
    await clock.advance(0);
    expect(rung).toEqual(["a", "a", "a"]);
    expect(clock.waiting).toBe(0);
  });

  test("that were deleted do not ring, also when their key was set again for later", async () => {
    const { clock, rung, alarms, set } = aClockwork();
    set("a", 1_000);
    set("b", 2_000);
    set("c", 3_000);
    alarms.delete("a");
    alarms.delete("c");
    set("c", 8_000);
    await clock.advance(MINUTE);
    expect(rung).toEqual([
      ["b", 2_000],
      ["c", 8_000],
    ]);
  });

  test("that are 60 days away ring then: there is no limit at 24.8", () => {
    const { clock, rung, steps, set } = aClockwork();
    set("a", 60 * DAY);
    clock.advanceAtOnce(60 * DAY - 1);
    expect(rung).toEqual([]);
    clock.advanceAtOnce(1);
    expect([rung, steps]).toEqual([[["a", 60 * DAY]], []]);
  });

  test("ring on the machine's own clock", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const alarms = createAlarms({ clock: systemClock, ring: () => resolve(systemClock.now()), onClockStep: () => {} });
    const at = systemClock.now() + 50;
    alarms.set("a", at);
    expect(await promise).toBeGreaterThanOrEqual(at);
  });
});

describe("the cost of alarms", () => {
  test("10,000 of them have one timer, and none that is left has none", async () => {
    const { clock, rung, alarms, set } = aClockwork();
    for (let i = 0; i < 10_000; i++) set(`window-${i}`, HOUR + ((i * 7_919) % 10_000));
    expect(clock.waiting).toBe(1);
    await clock.advance(HOUR + 4_999);
    expect([rung.length, clock.waiting]).toEqual([5_000, 1]);
    for (let i = 0; i < 10_000; i++) alarms.delete(`window-${i}`);
    expect([clock.waiting, alarms.heapSize]).toEqual([0, 0]);
  });

  test.each([
    { name: "ever earlier", at: (i: number) => DAY - i, deleted: false },
    { name: "and deleted, ever later", at: (i: number) => DAY + i, deleted: true },
  ])("one key set 100,000 times, $name, leaves no more behind than one set once", ({ at, deleted }) => {
    const { clock, alarms, set } = aClockwork();
    set("first", HOUR);
    let most = 0;
    for (let i = 0; i < 100_000; i++) {
      if (deleted) alarms.delete("a");
      set("a", at(i));
      most = Math.max(most, alarms.heapSize);
    }
    expect(most).toBeLessThan(100);
    expect(clock.waiting).toBe(1);
  });
});
