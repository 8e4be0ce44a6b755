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

export interface HandledEvent extends Interval {
  readonly processor: string;
}

export interface Crowd {
  readonly lockPath: string;
  readonly processors: readonly string[];
  /** All events so far. */
  readonly events: readonly HandledEvent[];
  /** Waits for so many events during which no gate changes its state, and answers what was sent to ZooKeeper meanwhile. */
  steady(events: number): Promise<{ readonly events: number; readonly requests: number }>;
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
  /** How long an event takes; default 2. */
  readonly eventMs?: number;
}

export async function aCrowd({ count = 2, eventMs = 2, ...options }: CrowdOptions): Promise<Crowd> {
  const processors = Array.from({ length: count }, (_, i) => `processor-${i + 1}`);
  const gates = await Promise.all(processors.map((owner) => ProcessorGate.open({ ...options, sessionTimeoutMs: 6000, owner })));
  const events: HandledEvent[] = [];
  const handled = gates.map(() => 0);
  const stop = new AbortController();
  const work = async (gate: ProcessorGate, i: number) => {
    while (!stop.signal.aborted) {
      await gate
        .run(async () => {
          const start = process.hrtime.bigint();
          await pause(eventMs);
          events.push({ processor: processors[i] ?? "", start, end: process.hrtime.bigint() });
          handled[i] = (handled[i] ?? 0) + 1;
        })
        .catch(() => pause(20));
    }
  };
  const workers = gates.map(work);
  return {
    lockPath: options.lockPath,
    processors,
    events,
    steady: (wanted) => steadily(gates, events, wanted),
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

/** Heartbeats left out. A session that is opened anew meanwhile is no answer to the question what an event costs: it is asked again. */
async function steadily(gates: readonly ProcessorGate[], events: readonly HandledEvent[], wanted: number) {
  const requests = () => gates.reduce((sum, { sent }) => sum + sent.requests - sent.heartbeats, 0);
  let changes = 0;
  const ignore = gates.map((gate) => gate.onState(() => (changes += 1)));
  const attempt = async () => {
    const before = { events: events.length, requests: requests(), changes };
    await until("processors work steadily", () => changes !== before.changes || events.length >= before.events + wanted);
    const isSteady = changes === before.changes && gates.every(({ state }) => state === "open");
    return isSteady ? { events: events.length - before.events, requests: requests() - before.requests } : undefined;
  };
  try {
    return await until("no gate changes its state for a while", attempt);
  } finally {
    for (const stop of ignore) stop();
  }
}
