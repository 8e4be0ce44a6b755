// What the checker asks of each invariant. Pure.
import type { History } from "./history.ts";
import type { LockState } from "./lock-states.ts";

/** Answers what one invariant has against the history: one text a violation. */
export type Rule = (history: History, states: readonly LockState[]) => readonly string[];
