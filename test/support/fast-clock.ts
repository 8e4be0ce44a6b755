// The machine's clock, run faster, so that timers of minutes can be lived through in a test. It decides no test: tests wait
// for what happens, and only compare durations with lower bounds.
import type { Clock } from "../../src/shared/clock.ts";

export function fastClock(factor: number): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now() * factor,
    after(ms, call) {
      const timer = setTimeout(call, ms / factor);
      return () => clearTimeout(timer);
    },
  };
}
