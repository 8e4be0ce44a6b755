// The checker: a history in, violations of the invariants I1 to I10 out. Pure; all rules are asked, none stops another.
// Promised: a history without a fault violates nothing, however late watches told of it. Not promised: that a fault shorter than
// the lateness of a watch is seen, except in what needs none: events, containers and znodes.
import { type History, type Invariant, invariants, type Violation } from "./history.ts";
import { alive, keptOutTooLong, leftOver, quiet } from "./liveness.ts";
import { statesOf } from "./lock-states.ts";
import { failsSafe, inOrder, truthful } from "./order.ts";
import type { Rule } from "./rule.ts";
import { onePerRun, overlapping, risingTokens } from "./runs.ts";

const rules: Readonly<Record<Invariant, Rule>> = {
  I1: overlapping,
  I2: inOrder,
  I3: onePerRun,
  I4: alive,
  I5: leftOver,
  I6: risingTokens,
  I7: keptOutTooLong,
  I8: quiet,
  I9: truthful,
  I10: failsSafe,
};

export function violations(history: History): readonly Violation[] {
  const states = statesOf(history);
  const all = Object.keys(invariants) as readonly Invariant[];
  return all.flatMap((invariant) => rules[invariant](history, states).map((what) => ({ invariant, what })));
}
