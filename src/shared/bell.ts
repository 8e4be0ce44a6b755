// Wakes a loop: rung from anywhere, any number of times; the loop looks once.
import type { Clock } from "./clock.ts";

export class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Whether it was rung since it was last heard. */
  get rung(): boolean {
    return this.#rung;
  }

  /** Heard: only a ring after this counts. A loop says so before it looks. */
  hear(): void {
    this.#rung = false;
  }

  /** Resolves when the bell is rung, or was, or after `ms` milliseconds of that clock; never rejects. One loop at a time. */
  wait(clock?: Clock, ms = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#rung) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        cancel?.();
        this.#wake = undefined;
        resolve();
      };
      const cancel = Number.isFinite(ms) ? clock?.after(ms, done) : undefined;
      this.#wake = done;
    });
  }
}
