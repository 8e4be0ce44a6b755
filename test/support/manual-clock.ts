// A clock that goes only when a test says so. Timers are called in the order of their instants.
import type { Clock } from "../../src/shared/clock.ts";

export interface ManualClock extends Clock {
  /** Moves on and calls every timer that comes due on the way. Lets promises settle between them. */
  advance(ms: number): Promise<void>;
  /** Steps the wall clock only. */
  step(ms: number): void;
  /** Timers that wait: a test ends with none. */
  readonly waiting: number;
}

export function manualClock(start = Date.UTC(2026, 10, 23)): ManualClock {
  let monotonic = 0;
  let wall = start;
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => wall,
    monotonic: () => monotonic,
    after(ms, call) {
      const timer = { at: monotonic + Math.max(0, ms), call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const end = monotonic + ms;
      await settle();
      for (;;) {
        const next = [...timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        wall += next.at - monotonic;
        monotonic = next.at;
        next.call();
        await settle();
      }
      wall += end - monotonic;
      monotonic = end;
      await settle();
    },
    step(ms) {
      wall += ms;
    },
    get waiting() {
      return timers.size;
    },
  };
}
