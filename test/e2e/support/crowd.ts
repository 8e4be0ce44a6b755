// Event processors in this process: each works under its own gate all the time and records every event on the machine's one
// monotonic clock, which the Jobs' records are on too.
import { setTimeout as pause } from "node:timers/promises";
import { ProcessorGate } from "../../../src/processor/index.ts";
import { until } from "./until.ts";

export interface Interval {
  /** Nanoseconds of CLOCK_MONOTONIC. */
  readonly start: bigint;
  readonly end: bigint;
}

export interface Crowd {
  readonly lockPath: string;
  /** How many events were handled so far. */
  readonly handled: number;
  /** Resolves when every processor has handled another event since the call. */
  working(): Promise<void>;
  /** Resolves when no gate is open and no event is in flight. */
  paused(): Promise<void>;
  /** Events that touch any of these intervals. */
  during(intervals: readonly Interval[]): number;
  close(): Promise<void>;
}

export interface CrowdOptions {
  readonly zookeeper: string;
  readonly lockPath: string;
  readonly count?: number;
}

const EVENT_MS = 2;

export async function aCrowd({ count = 2, ...options }: CrowdOptions): Promise<Crowd> {
  const gates = await Promise.all(
    Array.from({ length: count }, (_, i) => ProcessorGate.open({ ...options, sessionTimeoutMs: 6000, owner: `processor-${i + 1}` })),
  );
  const events: Interval[] = [];
  const handled = gates.map(() => 0);
  const stop = new AbortController();
  const work = async (gate: ProcessorGate, i: number) => {
    while (!stop.signal.aborted) {
      await gate
        .run(async () => {
          const start = process.hrtime.bigint();
          await pause(EVENT_MS);
          events.push({ start, end: process.hrtime.bigint() });
          handled[i] = (handled[i] ?? 0) + 1;
        })
        .catch(() => pause(20));
    }
  };
  const workers = gates.map(work);
  return {
    lockPath: options.lockPath,
    get handled() {
      return events.length;
    },
    async working() {
      const before = [...handled];
      await until("every processor works", () => handled.every((n, i) => n > (before[i] ?? 0)));
    },
    paused: async () =>
      void (await until("every gate is closed", () => gates.every((gate) => gate.state !== "open" && gate.inFlight === 0))),
    during: (intervals) => events.filter((e) => intervals.some((interval) => e.start <= interval.end && e.end >= interval.start)).length,
    async close() {
      stop.abort();
      await Promise.all(gates.map((gate) => gate.close()));
      await Promise.all(workers);
    },
  };
}
