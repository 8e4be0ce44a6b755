// Alarms while the wall clock does not go with the monotonic one: suspended machines, clocks that are set or slewed.
import { describe, expect, test } from "vitest";
import { aClockwork } from "../../test/support/clockwork.ts";
import { manualClock } from "../../test/support/manual-clock.ts";
import { createAlarms } from "./timers.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The longest that a step or a sleep of the machine may go unnoticed. */
const CHECK = 5_000;

describe("a wall clock that does not go with the monotonic one", () => {
  test("after a machine slept, what fell due meanwhile rings within one check of its waking", async () => {
    const { clock, rung, steps, set } = aClockwork();
    set("a", 2 * HOUR);
    await clock.advance(MINUTE);
    clock.suspend(8 * HOUR);
    await clock.advance(CHECK);
    expect([rung.map(([key]) => key), steps]).toEqual([["a"], [8 * HOUR]]);
  });

  test("set forward, it is noticed within one check", async () => {
    const { clock, rung, steps, set } = aClockwork();
    set("a", HOUR);
    await clock.advance(3_000);
    clock.step(HOUR);
    await clock.advance(CHECK);
    expect([rung.map(([key]) => key), steps]).toEqual([["a"], [HOUR]]);
  });

  test("set back by an hour, it is told of, and then every alarm rings, earliest first", async () => {
    const clock = manualClock();
    const said: (string | number)[] = [];
    const alarms = createAlarms({ clock, ring: (key) => said.push(key), onClockStep: (ms) => said.push(ms) });
    for (const key of ["b", "a", "c"]) alarms.set(key, clock.now() + (key === "a" ? HOUR : 2 * DAY));
    alarms.delete("c");
    await clock.advance(2 * MINUTE);
    clock.step(-HOUR);
    await clock.advance(CHECK);
    expect(said).toEqual([-HOUR, "a", "b"]);
    expect(clock.waiting).toBe(0);
  });

  test("is noticed within one check also where alarms are set all the while", async () => {
    const { clock, steps, set } = aClockwork();
    set("a", DAY);
    clock.step(-HOUR);
    for (let i = 0; i < 5; i++) {
      set(`b${i}`, DAY);
      await clock.advance(1_000);
    }
    expect(steps).toEqual([-HOUR]);
  });

  test("a step is told once, and the next one again", async () => {
    const { clock, steps, alarms, set } = aClockwork();
    set("a", DAY);
    clock.step(-HOUR);
    await clock.advance(CHECK);
    alarms.set("a", clock.now() + DAY);
    await clock.advance(MINUTE);
    clock.step(10_000);
    await clock.advance(CHECK);
    expect(steps).toEqual([-HOUR, 10_000]);
  });

  test("is noticed also where it stepped between two alarms: the second may have been computed before it", async () => {
    const { clock, steps, rung, alarms, set } = aClockwork();
    set("a", 1_000);
    await clock.advance(1_000);
    clock.step(-HOUR);
    await clock.advance(CHECK - 1);
    set("a", MINUTE);
    await clock.advance(CHECK);
    expect([rung.length, steps]).toEqual([2, [-HOUR]]);
    expect(alarms.heapSize).toBe(0);
  });

  test("a step long after the last alarm is no step: no instant was computed before it", async () => {
    const { clock, steps, rung, alarms } = aClockwork();
    alarms.set("a", clock.now() + 1_000);
    await clock.advance(1_000);
    clock.step(-HOUR);
    await clock.advance(CHECK);
    alarms.set("a", clock.now() + MINUTE);
    await clock.advance(MINUTE);
    expect([rung.length, steps]).toEqual([2, []]);
  });

  test.each([500, -500, 80_000])("slewed by %d millionths it has made no step, however long that goes on", (ppm) => {
    const { clock, rung, steps, set } = aClockwork();
    clock.slew(ppm);
    set("a", DAY);
    clock.advanceAtOnce(2 * DAY);
    expect(steps).toEqual([]);
    expect(rung.map(([key]) => key)).toEqual(["a"]);
    expect(rung[0]?.[1]).toBeGreaterThanOrEqual(DAY);
  });

  test("a leap second is no step", async () => {
    const { clock, rung, steps, set } = aClockwork();
    set("a", MINUTE);
    clock.step(-1_000);
    await clock.advance(30_000);
    expect([rung, steps]).toEqual([[], []]);
  });
});
