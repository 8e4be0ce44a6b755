// Alarms on a clock that only the test moves, cleared after each test.
import { afterEach } from "vitest";
import { type Alarms, createAlarms } from "../../src/controller/timers.ts";
import { manualClock } from "./manual-clock.ts";

const made: Alarms[] = [];

/** Alarms on a clock of their own; `rung` tells who rang, and how long after the start on the wall clock. */
export function aClockwork() {
  const clock = manualClock();
  const start = clock.now();
  const rung: (readonly [key: string, at: number])[] = [];
  const steps: number[] = [];
  const ring = (key: string) => void rung.push([key, clock.now() - start]);
  const alarms = createAlarms({ clock, ring, onClockStep: (ms) => steps.push(ms) });
  made.push(alarms);
  return { clock, start, rung, steps, alarms, set: (key: string, ms: number) => alarms.set(key, start + ms) };
}

afterEach(() => {
  for (const alarms of made.splice(0)) alarms.clear();
});
