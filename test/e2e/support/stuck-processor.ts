// A program for a Pod: an event processor whose one event never ends. It keeps its read lock whatever the signal says, and when its
// Pod is ended it dies without releasing.
import { ProcessorGate } from "../../../src/processor/index.ts";

const { ZOOKEEPER: zookeeper = "", LOCK_PATH: lockPath = "" } = process.env;
process.once("SIGTERM", () => process.exit(143));
const gate = await ProcessorGate.open({ zookeeper, lockPath, sessionTimeoutMs: 4000 });
await gate.run(() => new Promise<never>(() => setInterval(() => {}, 60_000)));
