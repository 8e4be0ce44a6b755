// Those who wait, first come first served; each may give up by a signal of its own.

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class Line {
  readonly #waiters = new Set<Waiter>();

  get length(): number {
    return this.#waiters.size;
  }

  /** Resolves when it is this one's turn. Rejects with the signal's reason, and then leaves the line. */
  wait(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiters.delete(waiter);
        reject(signal?.reason);
      };
      const stop = () => signal?.removeEventListener("abort", giveUp);
      const waiter: Waiter = {
        resolve: () => {
          stop();
          resolve();
        },
        reject: (reason) => {
          stop();
          reject(reason);
        },
      };
      this.#waiters.add(waiter);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** The first one's turn has come. False: nobody waits. */
  next(): boolean {
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter);
      waiter.resolve();
      return true;
    }
    return false;
  }

  /** Sends all away. */
  reject(reason: unknown): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.reject(reason);
  }
}
