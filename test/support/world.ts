// A world of one window for tests of the machine: carries decisions out on plain facts, as Kubernetes and ZooKeeper would when
// nothing goes wrong, and keeps what was told. Faults are made by changing the facts between two passes.
import type { Status } from "../../src/crds/status.ts";
import type { EventNote } from "../../src/report/events.ts";
import { report } from "../../src/report/report.ts";
import type { Action, Outcome } from "../../src/window/action.ts";
import { type Decided, decide } from "../../src/window/decide.ts";
import type { Observed, PodFacts } from "../../src/window/observed.ts";
import { aJob, aLock, aPod, locks, observed, pods, promotedLock, queuedLock } from "./observed.ts";

export interface World {
  facts: Observed;
  /** How actions go that do not go well, or answer something. */
  outcomeOf: Readonly<Partial<Record<Action["do"], Outcome>>>;
  readonly events: EventNote[];
  readonly done: Action["do"][];
  /** One pass. */
  pass(): Decided;
  /** Passes until nothing more is to be done, or `until` was just done; at most 50. */
  run(until?: Action["do"]): Decided;
  wait(seconds: number): void;
  setPods(...facts: readonly PodFacts[]): void;
}

export function aWorld(start: Partial<Observed> = {}): World {
  const world: World = {
    facts: observed({ acceptance: { kind: "accepted", warnings: [] }, ...start }),
    outcomeOf: {},
    events: [],
    done: [],
    pass() {
      const seen = world.facts;
      const decided = decide(seen);
      const outcome = world.outcomeOf[decided.action.do] ?? carryOut(world, decided.action);
      const { status, events } = report(seen, decided, outcome, seen.participants);
      world.events.push(...events);
      if (decided.action.do !== "nothing") world.done.push(decided.action.do);
      world.facts = withStatus(world.facts, status);
      if (decided.action.do === "begin") world.facts = { ...world.facts, due: { ...world.facts.due, kind: "nothing" } };
      return decided;
    },
    run(until) {
      for (let passes = 0; passes < 50; passes++) {
        const decided = world.pass();
        if (decided.action.do === "nothing" || decided.action.do === until) return decided;
      }
      throw new Error(`no rest after 50 passes: ${world.done.join(", ")}`);
    },
    wait(seconds) {
      world.facts = { ...world.facts, now: world.facts.now + seconds * 1000 };
    },
    setPods(...facts) {
      world.facts = { ...world.facts, pods: pods(...facts) };
    },
  };
  return world;
}

function withStatus(o: Observed, status: Status): Observed {
  return {
    ...o,
    window: { ...o.window, status },
    acceptance: status.run === undefined ? { kind: "accepted", warnings: [] } : { kind: "not asked" },
  };
}

function carryOut(world: World, action: Action): Outcome {
  const o = world.facts;
  const { job } = o;
  const set = (facts: Partial<Observed>) => {
    world.facts = { ...world.facts, ...facts };
  };
  switch (action.do) {
    case "add finalizer":
    case "remove finalizer":
      set({ window: { ...o.window, held: action.do === "add finalizer" } });
      break;
    case "create Job":
      set({ job: aJob() });
      break;
    case "queue":
      set({ locks: locks("queued", queuedLock) });
      break;
    case "promote":
    case "raise":
      set({ locks: locks("promoted", promotedLock) });
      break;
    case "issue token":
      return { kind: "done", token: action.atLeast };
    case "start Job":
      if (job.kind === "job") set({ job: { ...job, phase: "active", token: action.token }, pods: pods(aPod()) });
      break;
    case "let Pod go":
      set({ pods: pods(aPod({ phase: "running", started: true })) });
      break;
    case "stop Job":
      if (job.kind === "job") set({ job: { ...job, deleting: "foreground" } });
      break;
    case "release":
      set({ locks: locks("absent", aLock) });
      break;
    case "remove Job finalizer":
      if (job.kind === "job") set({ job: job.deleting === "no" ? { ...job, held: false } : { kind: "absent" } });
      break;
    default:
      break;
  }
  return { kind: "done" };
}
