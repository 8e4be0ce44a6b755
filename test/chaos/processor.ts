// An event processor as a process of its own, so that it can be stopped like one. It works all the time and writes to its
// standard output, in nanoseconds of the machine's monotonic clock:
//   e <asked> <end>    an event: from just before the gate let it in to its end
//   s <at> <state>     its gate's state
// Promised: `asked` was taken before the entry was allowed, so a stop of the process in between is inside the interval.
import { setTimeout as pause } from "node:timers/promises";
import { ProcessorGate } from "../../src/processor/index.ts";
import { workInBatches } from "./batches.ts";
import type { ProcessorMode } from "./layout.ts";
import { type Chance, chanceOf } from "./random.ts";

export interface ProcessorSettings {
  readonly zookeeper: string;
  readonly lockPath: string;
  readonly signalPath: string;
  readonly mode: ProcessorMode;
  readonly owner: string;
  readonly sessionTimeoutMs: number;
  readonly seed: number;
}

/** One event in so many takes long. */
const SHORT_MS: readonly [number, number] = [1, 15];
const LONG_MS: readonly [number, number] = [100, 400];
const LONG_PART = 0.04;
const BETWEEN_MS: readonly [number, number] = [5, 40];

const say = (line: string) => void process.stdout.write(`${line}\n`);
const now = () => process.hrtime.bigint();
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());
// Whoever reads this has gone: there is nothing to work for.
process.stdout.on("error", () => process.exit(1));

async function handle(chance: Chance): Promise<void> {
  await pause(chance.between(...(chance.next() < LONG_PART ? LONG_MS : SHORT_MS)));
}

async function workAtGate(gate: ProcessorGate, chance: Chance): Promise<void> {
  while (!stopping.signal.aborted) {
    const asked = now();
    if (!gate.tryEnter()) {
      await Promise.race([gate.opened(), aborted()]);
      continue;
    }
    await handle(chance);
    gate.leave();
    say(`e ${asked} ${now()}`);
    await pause(chance.between(...BETWEEN_MS));
  }
}

function aborted(): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.signal.aborted) resolve();
    else stopping.signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function main({ mode, seed, ...settings }: ProcessorSettings): Promise<void> {
  const chance = chanceOf(seed);
  if (mode === "batch") {
    const event = async (asked: bigint) => {
      await handle(chance);
      say(`e ${asked} ${now()}`);
    };
    await workInBatches(settings, { event, now, say: (state) => say(`s ${now()} ${state}`) }, stopping.signal);
    return;
  }
  const gate = await ProcessorGate.open({ ...settings, writers: mode });
  gate.onState((state) => say(`s ${now()} ${state}`));
  await workAtGate(gate, chance);
  await gate.close();
}

// Timers of the library do not keep a process alive, and while ZooKeeper is away there may be nothing else.
setInterval(() => {}, 60_000);
await main(JSON.parse(process.env["CHAOS_PROCESSOR"] ?? "{}") as ProcessorSettings);
process.exit();
