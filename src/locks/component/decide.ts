// What an instance of a component does next: facts in, one step out. Knows no locks, no processes and no time.
//
// The order is the whole point. Batches are locked under the lock of the component, then the query is asked once more: a batch that
// another instance finished between our query and our lock had been recorded as done before its lock was free, so the second answer no
// longer lists it. Only what both answers list is started.
// Promised: never more than `simultaneousProcesses` run; nothing starts before the second answer; what is not to start is let go of.

export interface Limits {
  readonly simultaneousProcesses: number;
  /** How many batches are locked at most. */
  readonly queue: number;
  /** Until all children have ended, as the original's code does; otherwise only until the batches are chosen. */
  readonly keepChooser: boolean;
}

export type BatchState =
  | "listed"
  /** Another instance has it, or its lock was refused. */
  | "passedOver"
  | "held"
  | "running"
  /** Nothing of it is ours any more. */
  | "over";

export interface Facts {
  /** Of the first answer, in its order. */
  readonly batches: ReadonlyMap<string, BatchState>;
  /** The second answer; undefined: not asked yet. */
  readonly listedAgain: ReadonlySet<string> | undefined;
  readonly holdsChooser: boolean;
  /** False while the connection is away: nothing starts. */
  readonly connected: boolean;
  /** Somebody wants us to end. */
  readonly ending: boolean;
}

export type Step =
  | { readonly kind: "lock" | "start" | "letGo" | "skip"; readonly batch: string }
  | { readonly kind: "askAgain" | "releaseChooser" | "wait" | "end" };

export function decide(facts: Facts, limits: Limits): Step {
  return facts.listedAgain === undefined ? choose(facts, limits) : work(facts, facts.listedAgain, limits);
}

function choose(facts: Facts, { queue }: Limits): Step {
  const held = inState(facts, "held");
  if (facts.ending) return skipOrEnd(facts, held);
  const [next] = inState(facts, "listed");
  if (next !== undefined && held.length < queue) return facts.connected ? { kind: "lock", batch: next } : { kind: "wait" };
  return held.length > 0 ? { kind: "askAgain" } : end(facts);
}

function work(facts: Facts, listedAgain: ReadonlySet<string>, limits: Limits): Step {
  const held = inState(facts, "held");
  const gone = held.find((batch) => !listedAgain.has(batch));
  if (gone !== undefined) return { kind: "letGo", batch: gone };
  if (facts.holdsChooser && !limits.keepChooser) return { kind: "releaseChooser" };
  const running = inState(facts, "running").length;
  const [next] = held;
  if (next !== undefined && facts.ending) return { kind: "skip", batch: next };
  if (next !== undefined && running < limits.simultaneousProcesses && facts.connected) return { kind: "start", batch: next };
  return next !== undefined || running > 0 ? { kind: "wait" } : end(facts);
}

function skipOrEnd(facts: Facts, [next]: readonly string[]): Step {
  return next === undefined ? end(facts) : { kind: "skip", batch: next };
}

function end({ holdsChooser }: Facts): Step {
  return holdsChooser ? { kind: "releaseChooser" } : { kind: "end" };
}

function inState({ batches }: Facts, state: BatchState): readonly string[] {
  return [...batches].filter(([, its]) => its === state).map(([batch]) => batch);
}
