// How long work in flight may hold the read lock once its gate drains, and what then.
//
// Promised: without `release` the lock is kept however long the work takes. With it, the caller was told that work of its own may
// meet the Job, and answers for it with fencing tokens.
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";

export interface DrainSettings {
  readonly clock: Clock;
  readonly log: Log;
  /** Infinity: no limit. */
  readonly drainTimeoutMs: number;
  readonly onDrainTimeout: "hold" | "release";
}

export class Drain {
  readonly #settings: DrainSettings;
  readonly #overdue: () => void;
  #cancel: (() => void) | undefined;
  #isOver = false;

  constructor(settings: DrainSettings, overdue: () => void) {
    this.#settings = settings;
    this.#overdue = overdue;
  }

  /** The time is over, and the lock is not kept for what is still in flight. */
  get isGivenUp(): boolean {
    return this.#isOver && this.#settings.onDrainTimeout === "release";
  }

  /** Goes on where it has begun: a suspension in between does not start it anew. */
  begin(inFlight: () => number): void {
    const { clock, drainTimeoutMs } = this.#settings;
    if (this.#cancel !== undefined || this.#isOver || drainTimeoutMs === Number.POSITIVE_INFINITY) return;
    this.#cancel = clock.after(drainTimeoutMs, () => {
      this.#cancel = undefined;
      this.#isOver = true;
      this.#warn(inFlight());
      this.#overdue();
    });
  }

  /** Nothing is in flight any more, or the gate is open again. */
  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#isOver = false;
  }

  #warn(inFlight: number): void {
    const { log, drainTimeoutMs, onDrainTimeout } = this.#settings;
    const then =
      onDrainTimeout === "release"
        ? "the read lock is released under it: only fencing tokens protect what it writes"
        : "the read lock is kept until it has ended";
    log.warn(`work in flight has not ended within drainTimeoutMs; ${then}`, { inFlight, drainTimeoutMs });
  }
}
