// Carries a plan out: each fault at its time, healed after the time it was planned to last. Faults of the same part of a target take turns.
// Promised: when this resolves everything is healed.
import { setTimeout as pause } from "node:timers/promises";
import { messageOf } from "../../src/shared/errors.ts";
import type { Interference, Scene } from "./faults/fault.ts";
import { strikes } from "./faults/table.ts";
import { type FaultKind, traitsOf } from "./kinds.ts";
import type { PlannedFault } from "./plan.ts";
import type { Stage } from "./stage.ts";
import { now } from "./timeline.ts";

export interface Toll {
  /** How many of each kind were injected. */
  readonly injected: ReadonlyMap<FaultKind, number>;
  /** How many found nothing to strike. */
  readonly idle: ReadonlyMap<FaultKind, number>;
  readonly interferences: readonly Interference[];
}

const AIM_MS = 15_000;
const AIM_EVERY_MS = 100;

export class Nemesis {
  readonly #stage: Stage;
  readonly #say: (line: string) => void;
  readonly #injected = new Map<FaultKind, number>();
  readonly #idle = new Map<FaultKind, number>();
  readonly #interferences: Interference[] = [];
  /** By target and part: when the last fault of it is healed. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(stage: Stage, say: (line: string) => void) {
    this.#stage = stage;
    this.#say = say;
  }

  get toll(): Toll {
    return { injected: this.#injected, idle: this.#idle, interferences: this.#interferences };
  }

  /** Goes on until the plan is done or the signal aborts. */
  async run(plan: readonly PlannedFault[], signal: AbortSignal): Promise<void> {
    const startedMs = performance.now();
    for (const fault of plan) {
      await pause(Math.max(0, startedMs + fault.atMs - performance.now()), undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
      const whose = `${fault.target}, ${traitsOf(fault.kind).part}`;
      const turn = this.#turns.get(whose) ?? Promise.resolve();
      this.#turns.set(
        whose,
        turn.then(() => this.#inject(fault, signal)),
      );
    }
    await Promise.all(this.#turns.values());
  }

  async #inject(fault: PlannedFault, signal: AbortSignal): Promise<void> {
    const { kind, target, forMs } = fault;
    const { timeline } = this.#stage;
    const scene: Scene = { stage: this.#stage, excuse: (interference) => this.#interferences.push(interference) };
    if (fault.aimed) await this.#aim(signal);
    if (signal.aborted) return;
    try {
      const struck = await strikes[kind](scene, fault);
      count(struck === undefined ? this.#idle : this.#injected, kind);
      if (struck === undefined) return;
      const lasts = struck.heal === undefined ? "" : ` for ${(forMs / 1000).toFixed(1)} s`;
      timeline.add(now(), `FAULT ${kind}: ${target}${lasts} ${struck.what}`.trimEnd());
      await pause(forMs, undefined, { signal }).catch(() => {});
      await struck.heal?.();
      if (struck.heal !== undefined) timeline.add(now(), `healed ${kind}: ${target}`);
    } catch (error) {
      this.#say(`${kind} of ${target} could not be done or healed: ${messageOf(error)}`);
    }
  }

  /** Until a Pod begins to work, but not for ever. */
  async #aim(signal: AbortSignal): Promise<void> {
    const end = performance.now() + AIM_MS;
    const before = this.#stage.pods.all().length;
    while (performance.now() < end && !signal.aborted && this.#stage.pods.all().length === before) await pause(AIM_EVERY_MS);
  }
}

function count(counts: Map<FaultKind, number>, kind: FaultKind): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}
