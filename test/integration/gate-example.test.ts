// examples/node-gate as a process of its own, beside a run of ours on a real server.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { freePort } from "../../dev/zookeeper/free-port.ts";
import type { RecordsAnswer, StatsAnswer } from "../../examples/event-processor/answers.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import { lockOf, promoted, queued, released } from "../support/lock-world.ts";
import { aPlace, eventually, server, session, withServer } from "../support/server-gate.ts";

withServer();

const main = join(import.meta.dirname, "../../examples/node-gate/main.ts");
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

async function aProcessor(lockPath: string) {
  const port = await freePort("127.0.0.1");
  const env = { ...process.env, EXCLUSIVE_WINDOW_ZOOKEEPER: server().connectString, EXCLUSIVE_WINDOW_LOCKS: lockPath, PORT: String(port) };
  const child = spawn(process.execPath, [main], { env, stdio: "inherit" });
  children.push(child);
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  const stats = async () => (await (await get("/stats")).json()) as StatsAnswer;
  await eventually(() =>
    get("/healthz").then(
      ({ status }) => status,
      () => 0,
    ),
  ).toBe(200);
  return { child, get, stats, records: async () => (await (await get("/records")).json()) as RecordsAnswer };
}

test("the example drains for a window, handles nothing in it, goes on after it and ends when it is told to", async () => {
  const { path, run } = aPlace();
  const { child, get, stats, records } = await aProcessor(path);
  await eventually(async () => (await stats()).events).toBeGreaterThan(100);
  const controller = await session();
  await queued(controller, run);
  await eventually(async () => lockOf(await lookAtRun(controller, run), path).aheadCount).toBe(0);
  await promoted(controller, run);
  const from = process.hrtime.bigint();
  await eventually(async () => (await stats()).state).toBe("paused");
  expect(await (await get("/metrics")).text()).toMatch(/^gate_open 0$/m);
  const { events } = await stats();
  const to = process.hrtime.bigint();
  await released(controller, run);
  await eventually(async () => (await stats()).events).toBeGreaterThan(events + 100);
  const { baseNs, starts, ends } = await records();
  const offset = (at: bigint) => Number(at - BigInt(baseNs));
  const within = starts.filter((start, i) => start < offset(to) && (ends[i] === -1 || (ends[i] ?? 0) > offset(from)));
  expect(within).toEqual([]);
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});
