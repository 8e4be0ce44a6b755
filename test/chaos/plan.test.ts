import { describe, expect, test } from "vitest";
import { kinds, traitsOf } from "./kinds.ts";
import { planOf } from "./plan.ts";

describe("a plan", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(planOf(7, 5)).toEqual(planOf(7, 5));
    expect(planOf(8, 5)).not.toEqual(planOf(7, 5));
  });

  test("begins the same way however long it is", () => {
    const short = planOf(3, 5);
    expect(planOf(3, 60).slice(0, short.length)).toEqual(short);
  });

  test("deals every kind, each about as often as any other", () => {
    const counts = kinds.map((kind) => planOf(1, 60).filter((fault) => fault.kind === kind).length);
    expect(Math.min(...counts)).toBeGreaterThan(20);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  test("leaves out what is not allowed", () => {
    const plan = planOf(1, 5, ["processor stopped"]);
    expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(["processor stopped"]));
  });

  test("keeps to the limits of each kind, and to the targets that it has", () => {
    for (const { kind, target, forMs } of planOf(5, 60)) {
      const { targets, lastsMs = [0, 0] } = traitsOf(kind);
      expect(targets).toContain(target);
      expect(forMs).toBeGreaterThanOrEqual(lastsMs[0]);
      expect(forMs).toBeLessThanOrEqual(lastsMs[1]);
    }
  });

  test("is in the order of time and ends with a calm", () => {
    const times = planOf(9, 10).map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual(10 * 60_000 - 15_000);
  });

  test("deletes read nodes only where every window waits out their sessions", () => {
    expect(traitsOf("read nodes deleted").targets).toEqual(["two"]);
    expect(traitsOf("lock path deleted with its parents").targets).toEqual(["two"]);
  });
});
