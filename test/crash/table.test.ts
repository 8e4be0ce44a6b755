import { expect, test } from "vitest";
import type { Outcome } from "./cell.ts";
import { cellsOf, everyKind, type Row } from "./matrix.ts";
import type { Cell } from "./played.ts";
import { matrixTable, replaced, summary } from "./table.ts";

const rows: readonly Row[] = [["queue"], ["status: jobStartTime", "status: fencingToken"], ["release"]];

const green = (cell: Cell): Outcome => ({
  cell,
  isPlayed: true,
  result: "Succeeded",
  violations: [],
  problem: undefined,
  calls: [],
  said: [],
});

test("the matrix has each call at each moment with each recovery, and knows which calls come after the Job", () => {
  const cells = cellsOf(rows, everyKind);
  expect(cells).toHaveLength(3 * 4 * 3);
  expect(new Set(cells.filter(({ isAfterJob }) => isAfterJob).map(({ plan }) => plan?.call))).toEqual(new Set(["release"]));
});

test("a field says ok once for each recovery, or what is wrong", () => {
  const outcomes = cellsOf(rows, everyKind).map(green);
  const [first] = outcomes;
  if (first === undefined) throw new Error("there is no first cell");
  const red: Outcome = { ...first, result: undefined, problem: "too slow", violations: [{ invariant: "I1", what: "an event" }] };
  const table = matrixTable(rows, [red, ...outcomes.slice(1)]).split("\n");
  expect(table[2]).toBe("| 1 | queue | I1 not played to its end, ok, ok | ok, ok, ok | ok, ok, ok | ok, ok, ok |");
  expect(table[3]).toBe("| 2 | status: jobStartTime, fencingToken | ok, ok, ok | ok, ok, ok | ok, ok, ok | ok, ok, ok |");
  expect(summary([red, ...outcomes.slice(1)])).toBe("36 cells, 35 green, 1 not.");
});

test("a run that ended otherwise than it was asked to is not green", () => {
  const outcomes = cellsOf(rows.slice(0, 1), everyKind).map((cell) => ({ ...green(cell), result: "ExclusivityLost" }));
  expect(matrixTable(rows.slice(0, 1), outcomes)).toContain("ExclusivityLost, ExclusivityLost, ExclusivityLost");
});

test("a document keeps all but what stands between the marks, and must have them", () => {
  const document = "before\n<!-- part: begin -->\nold\n<!-- part: end -->\nafter\n";
  expect(replaced(document, "part", "new")).toBe("before\n<!-- part: begin -->\nnew\n<!-- part: end -->\nafter\n");
  expect(() => replaced("no marks", "part", "new")).toThrow("<!-- part: begin -->");
});
