// What a cell of the matrix is, and what it is played with.
import type { Crowd } from "../e2e/support/crowd.ts";
import type { Site } from "../e2e/support/site.ts";
import type { Ground } from "./ground.ts";
import type { Plan } from "./moments.ts";
import type { Watched } from "./watched.ts";

export const recoveries = ["restart", "standby", "nobody"] as const;
export type Recovery = (typeof recoveries)[number];

export interface Cell {
  /** Undefined: nobody dies. */
  readonly plan: Plan | undefined;
  readonly recovery: Recovery;
  /** The planned call comes after the Job's end: the Job is told to end while its first controller lives. */
  readonly isAfterJob: boolean;
  readonly isNaive: boolean;
}

export interface Played {
  readonly cell: Cell;
  readonly site: Site;
  readonly ground: Ground;
  readonly name: string;
  readonly crowd: Crowd;
  readonly watched: Watched;
}
