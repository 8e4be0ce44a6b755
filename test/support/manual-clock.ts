// A clock that goes only when a test says so. Timers are called in the order of their instants.
import type { Clock } from "../../src/shared/clock.ts";

export interface ManualClock extends Clock {
  /** Moves on and calls every timer that comes due on the way. Lets promises settle between them. */
  advance(ms: number): Promise<void>;
  /** The same without letting promises settle: for what needs none, over times with millions of timers. */
  advanceAtOnce(ms: number): void;
  /** Steps the wall clock only. */
  step(ms: number): void;
  /** As a machine that sleeps: the wall clock goes on, the monotonic one and the timers stand still. */
  suspend(ms: number): void;
  /** From here on the wall clock gains so many millionths on the monotonic one, as while it is slewed. */
  slew(ppm: number): void;
  /** Timers that wait: a test ends with none. */
  readonly waiting: number;
}

export function manualClock(start = Date.UTC(2026, 10, 23)): ManualClock {
  let monotonic = 0;
  let wall = start;
  let rate = 1;
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();
  const goTo = (instant: number) => {
    wall += (instant - monotonic) * rate;
    monotonic = instant;
  };
  const takeNext = (end: number) => {
    const next = [...timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
    if (next !== undefined) {
      timers.delete(next);
      goTo(next.at);
    }
    return next;
  };
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
      for (let next = takeNext(end); next !== undefined; next = takeNext(end)) {
        next.call();
        await settle();
      }
      goTo(end);
      await settle();
    },
    advanceAtOnce(ms) {
      const end = monotonic + ms;
      for (let next = takeNext(end); next !== undefined; next = takeNext(end)) next.call();
      goTo(end);
    },
    step(ms) {
      wall += ms;
    },
    suspend(ms) {
      wall += ms;
    },
    slew(ppm) {
      rate = 1 + ppm / 1e6;
    },
    get waiting() {
      return timers.size;
    },
  };
}
