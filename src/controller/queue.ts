// The work queue. Fair: first come, first served. Stingy: a key added many times before it is worked on is worked on once.
// Serial per key: a key is never worked on twice at once; added meanwhile, it is worked on again afterwards.
// A key that fails comes back with exponential backoff, up to 1000 s; a throw is a failed pass, never a crash.
import type { Clock } from "../shared/clock.ts";
import { type Alarms, createAlarms, stepSince, wallOffset } from "./timers.ts";

/** When to look again: an instant (Clock.now), or undefined for "only when something changes". Throws for a failed pass. */
export type Work = (key: string) => Promise<number | undefined>;

export interface Queue {
  add(key: string): void;
  /** Not later than at that instant (Clock.now). */
  addAt(key: string, at: number): void;
  /** Forgets a key's timer and its failures. */
  forget(key: string): void;
  readonly depth: number;
  /** Takes no more work and waits for what is under way. */
  stop(): Promise<void>;
}

export interface QueueOptions {
  readonly work: Work;
  readonly clock: Clock;
  readonly random: () => number;
  readonly workers: number;
  readonly onError: (key: string, error: unknown) => void;
  /** The wall clock stepped by so much, or the machine slept so long; every key that waits for an instant is worked on now. */
  readonly onClockStep: (milliseconds: number) => void;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 1_000_000;

export function createQueue(options: QueueOptions): Queue {
  return new KeyedQueue(options);
}

class KeyedQueue implements Queue {
  readonly #options: QueueOptions;
  readonly #ready: string[] = [];
  /** Every key in `ready` is here, and those that were added while they are worked on. */
  readonly #dirty = new Set<string>();
  readonly #active = new Map<string, Promise<void>>();
  readonly #alarms: Alarms;
  readonly #failures = new Map<string, number>();
  #stopped = false;

  constructor(options: QueueOptions) {
    const { clock, onClockStep } = options;
    this.#options = options;
    this.#alarms = createAlarms({ clock, ring: (key) => this.add(key), onClockStep });
  }

  get depth(): number {
    return this.#dirty.size;
  }

  add(key: string): void {
    if (this.#stopped || this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (!this.#active.has(key)) this.#ready.push(key);
    this.#next();
  }

  addAt(key: string, at: number): void {
    if (!this.#stopped) this.#alarms.set(key, at);
  }

  forget(key: string): void {
    this.#alarms.delete(key);
    this.#failures.delete(key);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#alarms.clear();
    await Promise.all(this.#active.values());
  }

  #next(): void {
    while (!this.#stopped && this.#active.size < this.#options.workers) {
      const key = this.#ready.shift();
      if (key === undefined) return;
      this.#dirty.delete(key);
      this.#active.set(key, this.#pass(key));
    }
  }

  async #pass(key: string): Promise<void> {
    const { work, clock, onError } = this.#options;
    try {
      this.#alarms.delete(key);
      const offset = wallOffset(clock);
      const wakeAt = await work(key);
      this.#failures.delete(key);
      // An instant that was computed before the clock stepped is worth nothing.
      if (stepSince(offset, clock) !== 0) this.add(key);
      else if (wakeAt !== undefined) this.addAt(key, wakeAt);
    } catch (error) {
      onError(key, error);
      this.addAt(key, clock.now() + this.#backoff(key));
    } finally {
      this.#active.delete(key);
      if (this.#dirty.has(key)) this.#ready.push(key);
      this.#next();
    }
  }

  #backoff(key: string): number {
    const count = this.#failures.get(key) ?? 0;
    this.#failures.set(key, count + 1);
    const longest = Math.min(FIRST_DELAY_MS * 2 ** Math.min(count, 20), LONGEST_DELAY_MS);
    return longest * (0.5 + this.#options.random() / 2);
  }
}
