// Hundreds of gates on one path of a real server: what it costs each of them to come back after a window.
import { expect, test } from "vitest";
import { ProcessorGate } from "../../src/processor/gate.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { lockOf, queued, released } from "../support/lock-world.ts";
import { aPlace, eventually, server, session, withServer } from "../support/server-gate.ts";

withServer();

const few = 20;
const many = 300;

test.each([
  { writers: "signalled", lists: 0 },
  { writers: "any", lists: 1 },
] as const)("a gate ($writers) sends no more for a window where hundreds of others are there", async ({ writers, lists }) => {
  const small = await costOfAWindow(few, writers);
  const large = await costOfAWindow(many, writers);
  console.info(`${writers}: ${text(few, small)}; ${text(many, large)}`);
  // The signal, the release, a look at both; then the signal, the node, the signal again and the node's own watch. Watches that
  // fire apart rather than together cost a look more.
  for (const { most } of [small, large]) expect(most).toBeLessThanOrEqual(10 + lists);
});

interface Cost {
  /** Requests of the gate that sent most, heartbeats left out. */
  readonly most: number;
  readonly drainMs: number;
  readonly reopenMs: number;
}

async function costOfAWindow(count: number, writers: "any" | "signalled"): Promise<Cost> {
  const { path, run } = aPlace();
  const controller = await session();
  const gates = await Promise.all(Array.from({ length: count }, () => aGateOf(path, writers)));
  try {
    await Promise.all(gates.map((gate) => gate.opened()));
    const before = gates.map(requests);
    const asked = performance.now();
    await queued(controller, run);
    await drained(controller, run, gates);
    const paused = performance.now();
    await released(controller, run);
    await Promise.all(gates.map((gate) => gate.opened()));
    const [drainMs, reopenMs] = [paused - asked, performance.now() - paused];
    return { most: Math.max(...gates.map((gate, i) => requests(gate) - (before[i] ?? 0))), drainMs, reopenMs };
  } finally {
    await Promise.all(gates.map((gate) => gate.close()));
  }
}

function aGateOf(lockPath: string, writers: "any" | "signalled"): Promise<ProcessorGate> {
  return ProcessorGate.open({ zookeeper: server().connectString, lockPath, writers, sessionTimeoutMs: 60_000, owner: "crowd" });
}

function requests({ sent }: ProcessorGate): number {
  return sent.requests - sent.heartbeats;
}

async function drained(controller: Session, run: Parameters<typeof queued>[1], gates: readonly ProcessorGate[]): Promise<void> {
  await eventually(() => gates.filter(({ state }) => state !== "paused").length).toBe(0);
  expect(lockOf(await lookAtRun(controller, run), run.locks[0]?.path).aheadCount).toBe(0);
}

function text(count: number, { most, drainMs, reopenMs }: Cost): string {
  return `${count} gates: ${most} requests each, closed after ${drainMs.toFixed(0)} ms, open again after ${reopenMs.toFixed(0)} ms`;
}
