// The nemesis, for a few minutes: windows run while links break, processes stand still and die, and people delete things. And the
// control: without promotion the same nemesis must show overlaps, or the checker sees nothing.
import { describe, expect, test } from "vitest";
import { silentProgress } from "../../dev/progress.ts";
import { lines, overlapsOf, reasons } from "../chaos/report.ts";
import { type ChaosOptions, runChaos } from "../chaos/run.ts";

/** Any will do; one that is the same every time makes what a change broke easier to see. */
const SEED = 14;
const LIMIT_MS = 900_000;

function run(asked: Pick<ChaosOptions, "minutes" | "control" | "stopsAtOverlap">) {
  const { signal } = new AbortController();
  const silent = { say: (line: string) => console.log(line), progress: () => {}, start: silentProgress };
  return runChaos({ ...asked, ...silent, seed: SEED, restartsApiServer: true, signal });
}

describe("the nemesis", () => {
  test("finds no event beside a Job, no Job that ran twice and nothing left behind", { timeout: LIMIT_MS }, async () => {
    const figures = await run({ minutes: 3, control: false });
    expect(reasons(figures)).toEqual([]);
    expect(figures.windowsRun).toBeGreaterThan(3);
    expect(lines(figures).join("\n")).toContain("overlaps        0");
  });

  test("finds overlaps where locks are not made to outlive their controller", { timeout: LIMIT_MS }, async () => {
    const figures = await run({ minutes: 5, control: true, stopsAtOverlap: true });
    expect(overlapsOf(figures).counted).toBeGreaterThan(0);
    expect(reasons(figures)).toContainEqual(expect.stringMatching(/^I1: /));
  });
});
