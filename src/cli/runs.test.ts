import { describe, expect, test } from "vitest";
import { parseSchedule, type Schedule } from "../schedule/cron.ts";
import { MOST_RUNS, type Range, runsIn } from "./runs.ts";

function read(expression: string): Schedule {
  const parsed = parseSchedule(expression, "UTC");
  if (parsed.kind === "problem") throw new Error(parsed.message);
  return parsed.schedule;
}

const from = Date.parse("2026-03-07T02:00Z");
const day = 86_400_000;

function times(expression: string, range: Partial<Range>): readonly string[] {
  const { slots } = runsIn(read(expression), { from, until: undefined, count: undefined, ...range });
  return slots.map(({ at }) => new Date(at).toISOString().slice(0, 10));
}

describe("the runs that are shown", () => {
  test("begin with one at the first instant itself, and end before the last one", () => {
    expect(times("0 2 * * *", { until: from + 2 * day })).toEqual(["2026-03-07", "2026-03-08"]);
    expect(times("0 2 * * *", { from: from + 1, until: from + 2 * day + 1 })).toEqual(["2026-03-08", "2026-03-09"]);
    expect(times("0 2 * * *", { until: from })).toEqual([]);
  });

  test("are five where nothing else is asked, and as many as are asked for otherwise", () => {
    expect(times("0 2 * * *", {})).toHaveLength(5);
    expect(times("0 2 * * *", { count: 7 })).toHaveLength(7);
    expect(times("0 2 * * *", { count: 2, until: from + 30 * day })).toHaveLength(2);
    expect(times("0 2 * * *", { until: from + 30 * day })).toHaveLength(30);
  });

  test("are cut where there are too many, and it is said where to go on", () => {
    const minute = 60_000;
    const all = (runs: number) => runsIn(read("* * * * *"), { from, until: from + runs * minute, count: undefined });
    expect(all(MOST_RUNS)).toMatchObject({ cutAt: undefined });
    const cut = all(MOST_RUNS + 1);
    expect(cut.slots).toHaveLength(MOST_RUNS);
    expect(cut.cutAt).toBe(from + MOST_RUNS * minute);
  });

  test("are none where no date matches any more", () => {
    expect(times("0 2 29 2 *", { from: Date.parse("2999-01-01T00:00Z") })).toEqual([]);
  });
});
