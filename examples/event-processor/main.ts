// An event processor that takes part in exclusive windows: the whole of it is `gate.run(() => handle(event))`. The rest is a stand-in
// for a broker, and records and numbers for whoever watches.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
// Outside this repository: from "exclusive-window".
import { GateClosedError, ProcessorGate } from "../../src/processor/index.ts";
import type { StatsAnswer } from "./answers.ts";
import { readConfig } from "./config.ts";
import { EventRecords } from "./event-records.ts";
import { startEvents } from "./event-source.ts";
import { startServer } from "./server.ts";

const config = readConfig(process.env, process.argv.slice(2));
const records = new EventRecords(() => process.hrtime.bigint(), config.keptRecords);
const identity = { instance: randomUUID(), bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() };
const { zookeeper, lockPath, signalPath } = config;
const gate = await ProcessorGate.open({ zookeeper, lockPath, signalPath });

const keptTransitions = 100;
const transitions: { readonly state: string; readonly atNs: string }[] = [];
gate.onState((state) => {
  transitions.push({ state, atNs: String(process.hrtime.bigint()) });
  if (transitions.length > keptTransitions) transitions.shift();
  console.log(`gate ${state}`);
});

/** Handling an event takes 1 to 3 ms. */
async function handle(): Promise<void> {
  const event = records.begin();
  await sleep(1 + (event % 3));
  records.end(event);
}

async function take(): Promise<void> {
  try {
    await (config.ignoreGate ? handle() : gate.run(handle));
  } catch (error) {
    // The event was not started: its broker gives it to another processor.
    if (!(error instanceof GateClosedError)) throw error;
  }
}

const stats = (): StatsAnswer => ({
  ...identity,
  state: gate.state,
  obeysGate: !config.ignoreGate,
  events: records.count,
  eventsPerSecond: records.lastSecond(),
  inFlight: records.inFlight,
  zookeeper: { ...gate.sent },
  transitions,
});

const server = await startServer(config.port, {
  stats,
  records: (from) => ({ ...identity, ...records.since(from) }),
  isReady: () => gate.state !== "connecting",
});
const stopEvents = startEvents({
  eventsPerSecond: config.eventsPerSecond,
  now: () => performance.now(),
  mayTake: () => config.ignoreGate || gate.state === "open",
  take: () => void take(),
});

async function stop(): Promise<void> {
  stopEvents();
  await gate.close();
  server.close();
  server.closeAllConnections();
}

process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
console.log(`about ${config.eventsPerSecond} events a second under ${lockPath}${config.ignoreGate ? ", ignoring the gate" : ""}`);
