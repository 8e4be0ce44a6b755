// A sample of the crash matrix (test/crash, docs/reliability.md): other cells each time, the same ones again with CRASH_SEED.
// And what the matrix is worth: the naive recipe, killed in the same way, is seen to let processors in beside the Job.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentProgress } from "../../dev/progress.ts";
import { type Ground, openGround } from "../crash/ground.ts";
import { killLeader } from "../crash/leader-kill.ts";
import { cellsOf, outcomeText, playAll, type Row, rowsOfARun, verdictOf } from "../crash/matrix.ts";

const SAMPLE = 8;
const SIDE_BY_SIDE = 4;
const patience = 600_000;
const seed = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 1e6));

let ground: Ground;
let rows: readonly Row[];

beforeAll(async () => {
  ground = await openGround(silentProgress);
  rows = await rowsOfARun(ground);
});
afterAll(() => ground?.close());

describe("a controller that is killed", () => {
  test(`at calls of a run, drawn with CRASH_SEED=${seed}, is followed by one that finishes the run as it should`, {
    timeout: patience,
  }, async () => {
    console.log(`crash matrix: a sample with CRASH_SEED=${seed}`);
    const cells = cellsOf(rows, { moments: ["sent", "answered"], recoveries: ["restart", "standby"], isNaive: false });
    const [drawn = []] = fc.sample(fc.shuffledSubarray([...cells], { minLength: SAMPLE, maxLength: SAMPLE }), { seed, numRuns: 1 });
    const outcomes = await playAll(drawn, { ground, sideBySide: SIDE_BY_SIDE, onOutcome: () => {} });
    for (const outcome of outcomes) expect(verdictOf(outcome), `${outcomeText(outcome)}\n${outcome.said.join("\n")}`).toBe("");
    expect(outcomes).toHaveLength(SAMPLE);
  });

  test("while the Job works is followed by its standby, and no event is handled before that one acts", { timeout: patience }, async () => {
    const site = await ground.site();
    const { firstActionMs, firstAction, events, result } = await killLeader("kill", site, ground);
    console.log(`the next owner's first call came ${firstActionMs} ms after the kill: ${firstAction}`);
    expect({ events, result }).toEqual({ events: 0, result: "Succeeded" });
    await site.close();
  });

  test("under the naive recipe is seen to let processors in beside the Job", { timeout: patience }, async () => {
    const kinds = { moments: ["after"], recoveries: ["restart"], isNaive: true } as const;
    const cells = cellsOf(rows, kinds).filter(({ plan }) => plan?.call === "let Pod go");
    const [outcome] = await playAll(cells, { ground, sideBySide: 1, onOutcome: () => {} });
    const seen = outcome?.violations.map(({ invariant }) => invariant);
    expect(seen).toContain("I1");
    expect(seen).toContain("I10");
  });
});

test("a run makes these calls, each of which is a row of the matrix", () => {
  const names = rows.flat();
  const inOrder = [
    "status: begin",
    "add finalizer",
    "create Job",
    "status: jobRef",
    "make fence",
    "queue",
    "promote",
    "issue token",
    "start Job",
    "let Pod go",
    "status: jobStartTime",
    "status: result",
    "release",
    "remove Job finalizer",
    "status: close",
    "remove finalizer",
  ];
  expect(names.filter((name) => inOrder.includes(name))).toEqual(inOrder);
});
