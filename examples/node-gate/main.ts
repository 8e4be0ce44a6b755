// A processor as a Deployment runs it: its gate comes out of the environment, it works in batches, and it tells how it does.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Registry } from "prom-client";
// Outside this repository: from "exclusive-window".
import { ProcessorGate } from "../../src/processor/index.ts";
import { EventRecords } from "../event-processor/event-records.ts";
import { work } from "./loop.ts";
import { countEvents, observerFor } from "./metrics.ts";
import { startServer } from "./server.ts";
import { standInQueue } from "./stand-in-queue.ts";

const register = new Registry();
const gate = await ProcessorGate.fromEnv({ observer: observerFor(register), drainTimeoutMs: 30_000 });
countEvents(register, gate);

const records = new EventRecords(() => process.hrtime.bigint(), Number(process.env.KEPT_RECORDS ?? 1_000_000));
const identity = { instance: randomUUID(), bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() };
const transitions: { readonly state: string; readonly atNs: string }[] = [];
gate.onState((state) => {
  transitions.push({ state, atNs: String(process.hrtime.bigint()) });
  if (transitions.length > 100) transitions.shift();
  console.log(`gate ${state}`);
});

/** Handling an event takes 1 to 3 ms. */
async function handle(): Promise<void> {
  const event = records.begin();
  await sleep(1 + (event % 3));
  records.end(event);
}

const queue = standInQueue(Number(process.env.EVENTS_PER_SECOND ?? 333));
const workers = Promise.all([1, 2, 3].map(() => work(gate, queue, handle)));

const server = await startServer(Number(process.env.PORT ?? 8080), {
  register,
  records: (from) => ({ ...identity, ...records.since(from) }),
  stats: () => ({
    ...identity,
    state: gate.state,
    obeysGate: true,
    events: records.count,
    eventsPerSecond: records.lastSecond(),
    inFlight: records.inFlight,
    zookeeper: { ...gate.sent },
    transitions,
  }),
});

async function stop(): Promise<void> {
  await Promise.all([gate.close(), workers]);
  server.close();
  server.closeAllConnections();
}

process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
