// Stands for a broker's consumer: takes so many events a second, in small batches, whenever it is told that it may. While it may
// not, events stay with the broker; they are not made up for in one burst afterwards.

export interface EventSourceOptions {
  readonly eventsPerSecond: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly mayTake: () => boolean;
  readonly take: () => void;
}

const tickMs = 5;
/** A late timer is made up for, up to so much. */
const catchUpMs = 100;

/** Starts taking events; the answer ends it. */
export function startEvents(options: EventSourceOptions): () => void {
  const pace = new Pace(options.eventsPerSecond);
  const timer = setInterval(() => {
    const due = pace.due(options.now(), options.mayTake());
    for (let i = 0; i < due; i++) options.take();
  }, tickMs);
  return () => clearInterval(timer);
}

/** How many events are due at an instant: the rate on average, whatever the ticks do. */
export class Pace {
  readonly #perMs: number;
  #last: number | undefined;
  #owed = 0;

  constructor(eventsPerSecond: number) {
    this.#perMs = eventsPerSecond / 1000;
  }

  due(now: number, mayTake: boolean): number {
    const passed = Math.min(catchUpMs, now - (this.#last ?? now));
    this.#last = now;
    this.#owed = mayTake ? this.#owed + passed * this.#perMs : 0;
    const whole = Math.floor(this.#owed);
    this.#owed -= whole;
    return whole;
  }
}
