// What was played before, in a file of a line a cell: a matrix that was interrupted, or had a red cell, need not be played whole again.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Outcome } from "./cell.ts";
import { isGreen } from "./matrix.ts";
import type { Cell } from "./played.ts";

export interface Kept {
  /** Green ones only, the last of each cell: what was not green is to be played again. */
  readonly outcomes: readonly Outcome[];
  add(outcome: Outcome): void;
}

/** Without a file nothing is kept. */
export function keptIn(file: string | undefined): Kept {
  const known = file !== undefined && existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const all = known.filter((line) => line !== "").map((line) => JSON.parse(line) as Outcome);
  return {
    outcomes: all.filter((outcome, i) => isGreen(outcome) && all.findLastIndex(({ cell }) => isSame(cell, outcome.cell)) === i),
    add(outcome) {
      if (file !== undefined) appendFileSync(file, `${JSON.stringify({ ...outcome, calls: [], said: [] })}\n`);
    },
  };
}

export function isSame(a: Cell, b: Cell): boolean {
  return a.plan?.call === b.plan?.call && a.plan?.moment === b.plan?.moment && a.recovery === b.recovery && a.isNaive === b.isNaive;
}
