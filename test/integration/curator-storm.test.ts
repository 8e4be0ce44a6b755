// Threads of unmodified Curator, gates and runs of ours, all on one lock path of a real server: a writer, theirs or ours, is never
// beside anybody. Judged afterwards, from what each held by the machine's one monotonic clock.
import { expect, test } from "vitest";
import { type Span, startCurator } from "../../dev/curator/curator.ts";
import type { ProcessorGate } from "../../src/processor/gate.ts";
import { GateClosedError } from "../../src/processor/work.ts";
import type { RunIdentity } from "../../src/protocol/node-data.ts";
import { promoteRun } from "../../src/zookeeper/promote.ts";
import { queueRun } from "../../src/zookeeper/queue.ts";
import { releaseRun } from "../../src/zookeeper/release.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { watchRun } from "../../src/zookeeper/watch-run.ts";
import { withCurator } from "../support/curator.ts";
import { aRun, lockOf } from "../support/lock-world.ts";
import { aPlace, aPlainGate, eventually, isState, onPath, server, session, withServer } from "../support/server-gate.ts";
import { figures, overlaps } from "../support/spans.ts";

withServer();

const theCurator = withCurator();

/** Acquisitions on each side, at least. */
const enough = 1000;

test("the JVM's clock is this process's", async () => {
  for (let i = 0; i < 50; i++) {
    const before = process.hrtime.bigint();
    const between = await theCurator().now();
    const after = process.hrtime.bigint();
    expect([between >= before, between <= after]).toEqual([true, true]);
  }
});

test("an overlap is found where a writer begins before another's end, or anybody before a writer's", () => {
  const span = (kind: Span["kind"], from: bigint, to: bigint): Span => ({ kind, from, to });
  expect(overlaps([span("read", 0n, 9n), span("read", 1n, 3n), span("write", 9n, 10n), span("read", 10n, 12n)])).toEqual([]);
  const late = [span("write", 8n, 10n), span("write", 8n, 10n), span("read", 9n, 10n)];
  expect(overlaps([span("read", 0n, 9n), span("read", 1n, 3n), ...late])).toHaveLength(3);
});

test("in a storm of both no writer overlaps anybody", async () => {
  const { path } = aPlace();
  const gates = await Promise.all([1, 2, 3, 4].map(() => aPlainGate(path)));
  const storm = { over: false };
  await theCurator().storm("read", path, { threads: 4, restMs: 1 });
  // Writers that rest leave room for our runs: each of those has to wait for everybody before it.
  await theCurator().storm("write", path, { threads: 2, restMs: 20 });
  const readers = gates.map((gate) => readAgainAndAgain(gate, storm));
  const writers = [1, 2].map((i) => writeAgainAndAgain(gates, aRun(`storm-${i}`, [{ path, signalPath: `${path}-signal` }]), storm));
  const ours = () => [...readers, ...writers].flatMap(({ spans }) => spans);
  const ended = Promise.all([...readers, ...writers].map((work) => work.ended));
  const blown = eventually(async () => Math.min(ours().length, await theCurator().stormCount())).toBeGreaterThanOrEqual(enough);
  await Promise.race([blown, ended]); // ended: something failed
  storm.over = true;
  await Promise.all(writers.map((work) => work.ended));
  // No run is left to make them give way: one may wait behind a writer of Curator's, which waits for those that are open.
  await Promise.all(gates.map((gate) => gate.close()));
  await ended;
  const theirs = await theCurator().calm();
  console.info(figures(ours(), theirs));
  expect(overlaps([...ours(), ...theirs])).toEqual([]);
  // Else it was no storm: each kind was there often, and readers of both sides side by side.
  for (const kind of ["read", "write"])
    for (const side of [ours(), theirs]) expect(side.filter((span) => span.kind === kind).length).toBeGreaterThan(50);
  expect(overlaps([...readsOf(ours(), "read"), ...readsOf(theirs, "write")])).not.toEqual([]);
  expect(await onPath(await session(), path)).toEqual([]);
});

test("a gate gets in beside eight writers of Curator's that take turns without rest, again and again", async () => {
  const { path } = aPlace();
  const restless = await startCurator({ connectString: server().connectString });
  try {
    await restless.storm("write", path, { threads: 8, restMs: 0 });
    const ours: Span[] = [];
    for (let turn = 0; turn < 10; turn++) {
      const before = await restless.stormCount();
      await eventually(() => restless.stormCount()).toBeGreaterThan(before + 10);
      ours.push(await oneEvent(path, () => restless.now()));
    }
    const theirs = await restless.calm();
    console.info(figures(ours, theirs));
    expect(overlaps([...ours, ...theirs])).toEqual([]);
  } finally {
    await restless.kill();
  }
});

/** A gate that comes, works once and goes. */
async function oneEvent(path: string, work: () => Promise<unknown>): Promise<Span> {
  const gate = await aPlainGate(path);
  await isState(gate, "open");
  using _lease = await gate.enter();
  const from = process.hrtime.bigint();
  await work();
  const to = process.hrtime.bigint();
  void gate.close();
  return { kind: "read", from, to };
}

interface Work {
  readonly spans: readonly Span[];
  readonly ended: Promise<void>;
}

/** One event for each time that the gate opens, which lasts until the gate drains: as long as the read lock can be held. */
function readAgainAndAgain(gate: ProcessorGate, storm: { readonly over: boolean }): Work {
  const spans: Span[] = [];
  const work = async () => {
    while (!storm.over) {
      await gate.run(async () => {
        const from = process.hrtime.bigint();
        while (gate.state === "open" && !storm.over) await new Promise((resolve) => setTimeout(resolve, 1));
        spans.push({ kind: "read", from, to: process.hrtime.bigint() });
      });
    }
  };
  return { spans, ended: work().catch(unlessClosed) };
}

function unlessClosed(error: unknown): void {
  if (!(error instanceof GateClosedError)) throw error;
}

/** Run after run, each once a gate is open: only a signal makes that one give way to Curator's writers, which all others wait for. */
function writeAgainAndAgain(gates: readonly ProcessorGate[], run: RunIdentity, storm: { readonly over: boolean }): Work {
  const spans: Span[] = [];
  const work = async () => {
    const controller = await session();
    while (!storm.over) {
      await Promise.any(gates.map((gate) => gate.opened()));
      await untilDone(controller, run, queueRun);
      await first(controller, run);
      const from = process.hrtime.bigint();
      await untilDone(controller, run, promoteRun);
      await new Promise((resolve) => setTimeout(resolve, 1));
      spans.push({ kind: "write", from, to: process.hrtime.bigint() });
      await untilDone(controller, run, releaseRun);
    }
  };
  return { spans, ended: work() };
}

/** The other run's transactions make looks stale. */
async function untilDone(controller: Session, run: RunIdentity, change: typeof queueRun): Promise<void> {
  while ((await change(controller, run, await lookAtRun(controller, run))).kind === "stale");
}

/** Resolves when nothing is ahead of the queued run. */
async function first(controller: Session, run: RunIdentity): Promise<void> {
  for (;;) {
    const look = await lookAtRun(controller, run);
    if (lockOf(look, run.locks[0]?.path).aheadCount === 0) return;
    await new Promise<void>((resolve, reject) => {
      watchRun(controller, run, look, resolve).catch(reject);
    });
  }
}

/** The readers' spans as if they were of that kind. */
function readsOf(spans: readonly Span[], as: Span["kind"]): readonly Span[] {
  return spans.filter(({ kind }) => kind === "read").map((span) => ({ ...span, kind: as }));
}
