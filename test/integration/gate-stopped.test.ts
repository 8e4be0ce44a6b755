// A processor whose process is stopped (SIGSTOP) for longer than its session: it wakes up believing that its gate is open.
import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import { lockOf, promoted, queued, released } from "../support/lock-world.ts";
import { aPlace, eventually, onPath, server, session, withServer } from "../support/server-gate.ts";

withServer();

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Handles one event after the other, and tells when each begins (nanoseconds of the machine's monotonic clock). */
const program = (lockPath: string, gateModule: string) => `
const { ProcessorGate } = await import(${JSON.stringify(gateModule)});
const gate = await ProcessorGate.open({ zookeeper: ${JSON.stringify(server().connectString)}, lockPath: ${JSON.stringify(lockPath)}, sessionTimeoutMs: 2000 });
gate.onState((state) => console.log("state " + state));
for (;;) await gate.run(() => new Promise((resolve) => { console.log("event " + process.hrtime.bigint()); setTimeout(resolve, 1); }));
`;

function aProcessor(lockPath: string) {
  const gateModule = new URL("../../src/processor/index.ts", import.meta.url).href;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program(lockPath, gateModule)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  const whole = () => text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return {
    child,
    events: () => whole().flatMap((line) => (line.startsWith("event ") ? [BigInt(line.slice(6))] : [])),
    states: () => whole().filter((line) => line.startsWith("state ")),
  };
}

test("starts no event from the moment at which another may hold the lock, and goes on once that is released", async () => {
  const { path, run } = aPlace();
  const processor = aProcessor(path);
  await eventually(() => processor.events().length).toBeGreaterThan(10);
  processor.child.kill("SIGSTOP");
  const controller = await session();
  await eventually(() => onPath(controller, path)).toEqual([]);
  await queued(controller, run);
  await promoted(controller, run);
  const exclusive = process.hrtime.bigint();
  processor.child.kill("SIGCONT");
  await eventually(() => processor.states().at(-1)).toBe("state paused");
  expect(lockOf(await lookAtRun(controller, run), path).node.kind).toBe("promoted");
  const before = processor.events().length;
  expect(processor.events().filter((start) => start >= exclusive)).toEqual([]);
  await released(controller, run);
  await eventually(() => processor.events().length).toBeGreaterThan(before + 10);
});
