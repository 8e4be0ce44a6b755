// The looks of controllers, part by part, and what is decided once all parts are read.
import { guardOf } from "./effects.ts";
import { processorsAhead } from "./evictions.ts";
import { effectOf, inHand, type Wanted } from "./hands.ts";
import { Interned, remembered, rememberedBy } from "./interned.ts";
import { isDone } from "./kubernetes.ts";
import type { LockLook, LockLooks } from "./lock-look.ts";
import { bit, type Hand, idle, type Kube, type RunName, runNames, type Seen, type World, type Znodes } from "./parts.ts";
import { type Passed, pass, timeOf } from "./pass.ts";
import type { Setting } from "./setting.ts";
import type { Sweeps } from "./sweep.ts";

export type Looking = Extract<Hand, { at: "looking" }>;

export interface Decision {
  readonly hand: Hand;
  readonly text: string;
}

const nothingSeen: Seen = { window: "here", finalizer: false, abandon: false, status: {}, job: undefined, pods: [] };

function begin(run: RunName, sweeping: boolean): Looking {
  return { at: "looking", run, step: 0, seen: nothingSeen, znodes: undefined, stale: 0, sweeping };
}

const begins = { A: { pass: begin("A", false), sweep: begin("A", true) }, B: { pass: begin("B", false), sweep: begin("B", true) } };

export class Looks {
  readonly #setting: Setting;
  readonly #locks: LockLooks;
  readonly #sweeps: Sweeps;
  readonly #seens = new Interned<Seen>();

  constructor(setting: Setting, locks: LockLooks, sweeps: Sweeps) {
    this.#setting = setting;
    this.#locks = locks;
    this.#sweeps = sweeps;
  }

  begin(world: World, i: number): readonly Decision[] {
    const run = runNames[i] ?? "A";
    const kube = world.kubes[i];
    if (kube === undefined) return [];
    const passes = kube.window === "gone" ? [] : this.goOn(world, begins[run].pass);
    return isLeftOver(world, i) ? [...passes, ...this.goOn(world, begins[run].sweep)] : passes;
  }

  /** Reads the next parts; decides if they are the last. */
  goOn(world: World, hand: Looking): readonly Decision[] {
    const kube = world.kubes[runNames.indexOf(hand.run)];
    const parts = this.#setting.look[hand.step] ?? [];
    if (kube === undefined) return [];
    if (parts.includes("job again") && (hand.stale & bit.job) !== 0) return [{ hand: idle, text: `finds the Job of ${hand.run} changed` }];
    const read = this.#readKube(hand, kube);
    const next: Looking = parts.includes("locks") ? this.#readLocks(read, world.znodes) : read;
    const isWhole = next.step === this.#setting.look.length;
    const isIdle = parts.includes("window") && !hand.sweeping && next.seen.status.run === undefined;
    const text = `reads ${parts.join(", ")} of ${hand.run}`;
    if (!isWhole && !isIdle) return [{ hand: next, text }];
    if (next.sweeping) return this.#sweep(next);
    return this.#decide(next, world.rest.time);
  }

  readonly #readKube = rememberedBy((hand: Looking, kube: Kube): Looking => {
    let { seen } = hand;
    for (const part of this.#setting.look[hand.step] ?? []) {
      if (part === "window") seen = { ...seen, window: kube.window, finalizer: kube.finalizer, abandon: kube.abandon, status: kube.status };
      if (part === "job") seen = { ...seen, job: kube.job };
      if (part === "pods") seen = { ...seen, pods: kube.pods };
    }
    return { ...hand, step: hand.step + 1, seen: this.#seens.one(seen) };
  });

  readonly #readLocks = rememberedBy((hand: Looking, znodes: Znodes): Looking => ({ ...hand, znodes }));

  #decide(look: Looking, time: number): readonly Decision[] {
    if (look.seen.window === "gone") return [{ hand: idle, text: `finds the window of ${look.run} gone` }];
    const isIdle = look.seen.status.run === undefined;
    if (isIdle || look.znodes === undefined) return this.#decided(look, time)(nothingRead);
    const locks = this.#locks.at(look.znodes, look.run);
    if (locks === undefined) return [];
    const decided = this.#decided(look, time)(locks);
    return this.#setting.outages ? [...decided, ...this.#decided(look, time)(nothingRead)] : decided;
  }

  readonly #decided = rememberedBy((look: Looking, time: number) =>
    remembered((locks: LockLook): readonly Decision[] => {
      const readers = locks === nothingRead ? "" : this.#readers(look);
      const { action, tell } = this.#passes[look.run](look.seen, time)(locks, readers);
      const text = `reads ${this.#setting.look[look.step - 1]?.join(", ")} of ${look.run} and decides: ${action.do}`;
      return [{ hand: this.#unlessStale(look, { effect: effectOf(action, locks), tell, what: action.do }), text }];
    }),
  );

  /** The same facts give the same decision: it is asked for once. */
  readonly #passesOf = (run: RunName) =>
    rememberedBy((seen: Seen, time: number) =>
      rememberedBy((locks: LockLook, readers: string): Passed => {
        const facts = locks === nothingRead ? undefined : locks.facts;
        return pass({ run, seen, locks: facts, readers, now: timeOf(this.#setting, time) }, this.#setting);
      }),
    );
  readonly #passes = { A: this.#passesOf("A"), B: this.#passesOf("B") };

  #readers({ znodes, run }: Looking): string {
    return this.#setting.drainPolicy === "Evict" && znodes !== undefined ? processorsAhead(znodes, run) : "";
  }

  #sweep(look: Looking): readonly Decision[] {
    if (look.znodes === undefined) return [];
    const { unswept } = this.#setting.shortcut ?? {};
    const effects = this.#sweeps.at(look.run, look.seen, look.znodes)?.filter((effect) => effect.do !== unswept);
    if (effects?.length === 0) return [{ hand: idle, text: `finds nothing of ${look.run} to sweep` }];
    return (effects ?? []).map((effect) => ({
      hand: this.#unlessStale(look, { effect, tell: undefined, what: effect.do }),
      text: `reads ${this.#setting.look[look.step - 1]?.join(", ")} of ${look.run} and sweeps: ${effect.do}`,
    }));
  }

  #unlessStale({ run, stale }: Looking, { effect, tell, what }: Wanted): Hand {
    const stands = effect !== undefined && (guardOf(effect, this.#setting.shortcut) & stale) === 0;
    return inHand(run, { effect: stands ? effect : undefined, tell: (stale & bit.window) === 0 ? tell : undefined, what });
  }
}

/** Stands for locks that were not read, or could not be. */
const nothingRead: LockLook = {
  facts: { kind: "unknown", why: "they were not read" },
  changes: { queue: undefined, promote: undefined, raise: undefined, release: undefined },
};

/** Whether the sweep may find anything: of a run that is active in a window that stands it is the run's own pass that clears up. */
function isLeftOver({ kubes, znodes }: World, i: number): boolean {
  const kube = kubes[i];
  const run = runNames[i] ?? "A";
  if (kube === undefined || kube.status.run !== undefined) return false;
  const { job } = kube;
  const isJobLeft = job !== undefined && (job.finalizer || !isDone(job));
  return isJobLeft || znodes.held[run] !== undefined || isNamed(znodes, run);
}

function isNamed({ signals }: Znodes, run: RunName): boolean {
  return signals.P?.runs?.includes(run) === true || signals.Q?.runs?.includes(run) === true;
}
