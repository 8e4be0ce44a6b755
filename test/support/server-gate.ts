// Gates on a real server of the test file's own: started before its tests, stopped after, with nothing left open in between.
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import { ProcessorGate } from "../../src/processor/gate.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { openSession } from "../../src/zookeeper/client.ts";
import { readHolders } from "../../src/zookeeper/holders.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { aRun } from "./lock-world.ts";

const long = { timeout: 60_000, interval: 20 };
const closing: { close(): Promise<void> }[] = [];
let running: ZooKeeperServer | undefined;
let paths = 0;

/** To be called once, at the top of a test file. */
export function withServer(): void {
  beforeAll(async () => {
    running = await startZooKeeper();
  });
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((one) => one.close()));
  });
  afterAll(() => running?.stop());
}

export function server(): ZooKeeperServer {
  return running ?? expect.fail("the server was not started: call withServer() first");
}

export async function session(timeoutMs = 30_000, signal?: AbortSignal): Promise<Session> {
  const at = { servers: server().connectString, timeoutMs, clock: systemClock, log: silentLog };
  const opened = await openSession(signal === undefined ? at : { ...at, signal });
  closing.push(opened);
  return opened;
}

/** A lock path that no other test uses, with a run for it. */
export function aPlace() {
  const path = `/place-${++paths}/lock`;
  const lock = { path, signalPath: `${path}-signal` };
  return { path, run: aRun(`run-${paths}`, [lock]) };
}

/** A gate as users open it. */
export async function aPlainGate(lockPath: string): Promise<ProcessorGate> {
  const gate = await ProcessorGate.open({ zookeeper: server().connectString, lockPath });
  closing.push(gate);
  return gate;
}

/** A gate that is open, and the sessions that it opened, the present one last. */
export async function anOpenGate(lockPath: string, sessionTimeoutMs = 30_000) {
  const own: Session[] = [];
  const options = { zookeeper: server().connectString, lockPath, sessionTimeoutMs, owner: "10.0.0.1" };
  const gate = await ProcessorGate.open(options, async (signal) => {
    const opened = await session(sessionTimeoutMs, signal);
    own.push(opened);
    return opened;
  });
  closing.push(gate);
  await gate.opened();
  return { gate, own, present: () => own.at(-1) ?? expect.fail("the gate has no session") };
}

export function isState(gate: ProcessorGate, state: ProcessorGate["state"]): Promise<void> {
  return expect.poll(() => gate.state, long).toBe(state);
}

/** Waits until a condition holds. */
export function eventually<T>(ask: () => T | Promise<T>) {
  return expect.poll(ask, long);
}

/** Kind and owner of everybody on a lock path, first in line first. */
export async function onPath(other: Session, path: string): Promise<readonly string[]> {
  return (await readHolders(other, path)).map(({ kind, owner }) => `${kind} ${owner}`);
}

/** An event that ends when it is told to. */
export function aLongEvent(gate: ProcessorGate) {
  let end = () => {};
  const ended = gate.run(
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  return { ended, end: () => end() };
}
