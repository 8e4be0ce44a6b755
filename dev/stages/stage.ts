// A stage of `npm test`: what it is called, and what came of it.
import type { Counts } from "./counts.ts";

export interface StageContext {
  /** The project's root. */
  readonly root: string;
  /** What is handed on to vitest: file filters, -t and the like. */
  readonly vitestArguments: readonly string[];
  /** Aborts when the person at the keyboard has had enough. */
  readonly signal: AbortSignal;
}

export interface StageOutcome {
  readonly passed: boolean;
  /** Of the tests that it ran; a stage that runs none and fails counts as one failure. */
  readonly counts: Counts;
}

export interface Stage {
  readonly name: string;
  /** One line for --help. */
  readonly about: string;
  /** It shows by itself how far it is. */
  readonly showsItself?: "on-terminal" | "always";
  /** Never throws for what it checks; a throw is this program's own fault. */
  run(context: StageContext): Promise<StageOutcome>;
}

/** Stages of one group run beside each other or one after the other; a group with a failure is the last one. */
export interface StageGroup {
  readonly name: string;
  readonly atOnce: number;
  readonly stages: readonly Stage[];
}

export interface StageRecord extends StageOutcome {
  readonly name: string;
  readonly ms: number;
}
