// The matrix: which cells there are, and how they are played, several side by side.
import { messageOf } from "../../src/shared/errors.ts";
import type { Site } from "../e2e/support/site.ts";
import { type Outcome, play } from "./cell.ts";
import type { Ground } from "./ground.ts";
import { type Moment, moments } from "./moments.ts";
import { type Cell, type Recovery, recoveries } from "./played.ts";

const MOST_ATTEMPTS = 3;

/** A call of a run as it was made: the facts that one status write remembers are one call. */
export type Row = readonly string[];

export interface MatrixOptions {
  readonly ground: Ground;
  /** How many cells are played at a time, each in a namespace of its own. */
  readonly sideBySide: number;
  onOutcome(outcome: Outcome, done: number): void;
  /** Aborted: no further cell is begun. */
  readonly enough?: AbortSignal;
}

/** Plays one run in which nobody dies, and answers its calls in order. Throws where that run was not as it should be. */
export async function rowsOfARun(ground: Ground): Promise<readonly Row[]> {
  const cell: Cell = { plan: undefined, recovery: "restart", isAfterJob: true, isNaive: false };
  const site = await ground.site();
  try {
    const outcome = await play(cell, "undisturbed", site, ground);
    if (!isGreen(outcome)) throw new Error(`a run in which nobody dies is not as it should be: ${verdictOf(outcome)}`);
    return outcome.calls.map(({ names }) => names);
  } finally {
    await site.close();
  }
}

export interface Kinds {
  readonly moments: readonly Moment[];
  readonly recoveries: readonly Recovery[];
  readonly isNaive: boolean;
}

export const everyKind: Kinds = { moments, recoveries, isNaive: false };

export function cellsOf(rows: readonly Row[], kinds: Kinds): readonly Cell[] {
  const lastOfJob = rows.findIndex((names) => names.includes("status: jobStartTime"));
  return kinds.moments.flatMap((moment) =>
    rows.flatMap(([call = ""], i) =>
      kinds.recoveries.map((recovery) => ({ plan: { call, moment }, recovery, isAfterJob: i > lastOfJob, isNaive: kinds.isNaive })),
    ),
  );
}

export async function playAll(cells: readonly Cell[], options: MatrixOptions): Promise<readonly Outcome[]> {
  const { ground, sideBySide, onOutcome, enough } = options;
  const outcomes: Outcome[] = [];
  const next = cells.entries();
  const playOn = async (site: Site) => {
    for (const [i, cell] of next) {
      if (enough?.aborted) break;
      const outcome = await playUntilKilled(cell, `cell-${i + 1}`, site, ground);
      outcomes.push(outcome);
      onOutcome(outcome, outcomes.length);
    }
    await site.close();
  };
  const sites: Site[] = [];
  // One after the other: many namespaces at once are more than a small API server answers in time.
  for (let i = 0; i < Math.min(sideBySide, cells.length); i += 1) sites.push(await ground.site());
  await Promise.all(sites.map(playOn));
  return outcomes;
}

/** A cell whose controller did not come to the call is not a result: it is played again, a few times. */
async function playUntilKilled(cell: Cell, name: string, site: Site, ground: Ground): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await play(cell, `${name}-${attempt}`, site, ground).catch((error: unknown) => unplayed(cell, error));
    if (outcome.isPlayed || attempt === MOST_ATTEMPTS) return outcome;
  }
}

function unplayed(cell: Cell, error: unknown): Outcome {
  return { cell, isPlayed: true, violations: [], problem: messageOf(error), said: [], calls: [], result: undefined };
}

/** Green: it was played to its end, nothing was violated, and the run did what it was asked for. */
export function isGreen(outcome: Outcome): boolean {
  return verdictOf(outcome) === "";
}

/** What is wrong, shortly; "" if nothing is. */
export function verdictOf({ violations, problem, result }: Outcome): string {
  const found = [...new Set(violations.map(({ invariant }) => invariant))];
  if (problem !== undefined) return [...found, "not played to its end"].join(" ");
  return [...found, ...(result === "Succeeded" ? [] : [result ?? "no result"])].join(" ");
}

/** For people: the cell and all that is wrong in it. */
export function outcomeText(outcome: Outcome): string {
  const { plan, recovery } = outcome.cell;
  const head = `${plan?.call ?? "nobody dies"}, ${plan?.moment ?? ""}, ${recovery}: ${verdictOf(outcome) || "green"}`;
  const details = outcome.violations.map(({ invariant, what }) => `  ${invariant}: ${what}`);
  return [head, ...details, ...(outcome.problem === undefined ? [] : [`  ${outcome.problem}`])].join("\n");
}
