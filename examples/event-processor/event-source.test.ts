import { describe, expect, test } from "vitest";
import { Pace } from "./event-source.ts";

describe("Pace", () => {
  test("gives the rate on average over uneven ticks", () => {
    const pace = new Pace(333);
    let [now, taken] = [0, pace.due(0, true)];
    for (let i = 0; now < 10_000; i++) {
      now += i % 2 === 0 ? 5 : 17;
      taken += pace.due(now, true);
    }
    expect(Math.abs(taken - (now / 1000) * 333)).toBeLessThanOrEqual(1);
  });

  test("owes nothing for the time in which it might not take", () => {
    const pace = new Pace(1000);
    pace.due(0, true);
    expect(pace.due(10, false)).toBe(0);
    expect(pace.due(20, false)).toBe(0);
    expect(pace.due(25, true)).toBe(5);
  });

  test("makes up for a late tick, but not for a long stop", () => {
    const pace = new Pace(1000);
    pace.due(0, true);
    expect(pace.due(80, true)).toBe(80);
    expect(pace.due(60_000, true)).toBe(100);
  });
});
