// Two controllers act on looks of any age, for three runs that share paths; sessions expire, people delete signals, processors
// come and go. Whatever the order, the rules below hold after every step.
import fc from "fast-check";
import { expect, test } from "vitest";
import { aRun, lockP, lockQ, remains } from "../../test/support/lock-world.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { sortLockNodes } from "../protocol/lock-nodes.ts";
import { parseSignal, type RunIdentity } from "../protocol/node-data.ts";
import { heldPath, type LockPaths } from "../protocol/paths.ts";
import { promoteRun, raiseSignals } from "./promote.ts";
import { queueRun } from "./queue.ts";
import { releaseRun } from "./release.ts";
import type { RunLook } from "./run-locks.ts";
import { lookAtRun } from "./run-look.ts";
import { sweepSignals } from "./sweep.ts";

const runs = [aRun("a", [lockP, lockQ]), aRun("b", [lockQ]), aRun("c", [lockQ, lockP], "other")] as const;

class Explored {
  readonly zookeeper = new MemoryZooKeeper();
  readonly sessions = [new MemorySession(this.zookeeper), new MemorySession(this.zookeeper)];
  readonly looks = new Map<string, RunLook>();
  readonly stranger = new MemorySession(this.zookeeper);
  readonly done = { promote: 0, release: 0 };
  /** Signals that somebody deleted. */
  readonly unsignalled = new Set<string>();

  async commit(wanted: string, session: MemorySession, run: RunIdentity, look: RunLook): Promise<void> {
    const act = wanted === "next" ? suggested(look) : wanted;
    if (act === "queue" && look.held.kind !== "promoted") await queueRun(session, run, look);
    if (act === "promote" && (await promoteRun(session, run, look)).kind === "done") this.done.promote++;
    if (act === "raise") await raiseSignals(session, run, look);
    if (act === "release" && (await releaseRun(session, run, look)).kind === "done") this.done.release++;
  }

  expire(controller: number): void {
    this.sessions[controller]?.expire();
    this.sessions[controller] = new MemorySession(this.zookeeper);
  }

  async unsignal({ signalPath }: LockPaths): Promise<void> {
    if (this.zookeeper.tree.has(signalPath)) await this.stranger.remove(signalPath, -1);
    this.unsignalled.add(signalPath);
  }

  async read({ path }: LockPaths): Promise<void> {
    await this.stranger.createParents(path);
    await this.stranger.create(`${path}/r__READ__`, Buffer.alloc(0), "ephemeral-sequential");
  }

  async unread({ path }: LockPaths): Promise<void> {
    const name = this.zookeeper.childrenOf(this.zookeeper.tree, path).find((child) => child.startsWith("r__"));
    if (name !== undefined) await this.stranger.remove(`${path}/${name}`, -1);
  }

  check(): void {
    for (const run of runs) for (const lock of run.locks) this.#checkLock(run, lock);
  }

  #checkLock(run: RunIdentity, { path, signalPath }: LockPaths): void {
    const { tree } = this.zookeeper;
    const held = tree.get(heldPath(run.installation, run.runId));
    const line = sortLockNodes(this.zookeeper.childrenOf(tree, path)).map(({ name }) => `${path}/${name}`);
    const own = line.filter((node) => tree.get(node)?.data.includes(`"run":"${run.runId}"`));
    expect(own.length, `the write nodes of ${run.runId}: one while it is held, else none`).toBe(held === undefined ? 0 : 1);
    if (held === undefined) return;
    expect(tree.get(own[0] ?? "")?.owner, "a run is of one session as a whole, or of none").toBe(held.owner);
    if (held.owner !== undefined) return;
    expect(line[0], "a promoted run is first in line").toBe(own[0]);
    const signal = parseSignal(tree.get(signalPath)?.data ?? Buffer.alloc(0));
    const signalled = signal.kind === "ours" && signal.owners.some((owner) => owner.runId === run.runId);
    expect(signalled || this.unsignalled.has(signalPath), "a promoted run is signalled").toBe(true);
  }

  /** Everybody lets go. */
  async end(): Promise<void> {
    const session = new MemorySession(this.zookeeper);
    await this.stranger.close();
    for (const run of runs) await releaseRun(session, run, await lookAtRun(session, run));
    await sweepSignals(session);
    expect(await remains(session)).toEqual([]);
  }
}

/** What a sound controller would do. */
function suggested(look: RunLook): string {
  if (look.held.kind === "promoted") return "release";
  const isWhole = look.locks.every(({ node, signal }) => node.kind !== "absent" && signal.kind === "ours");
  return look.held.kind === "queued" && isWhole ? "promote" : "queue";
}

type Step = (explored: Explored) => Promise<void> | void;

const controller = fc.nat(1);
const oneRun = fc.constantFrom(...runs);
const oneLock = fc.constantFrom(lockP, lockQ);
const act = fc.constantFrom("at once", "at once", "next", "next", "queue", "promote", "raise", "release");

/** A controller looks, or acts on the look at that run which it has in hand. */
const ofController = fc.tuple(controller, oneRun, fc.option(act, { freq: 2 })).map(
  ([index, run, act]): Step =>
    async (explored) => {
      const session = explored.sessions[index];
      const key = `${index} ${run.runId}`;
      const look = explored.looks.get(key);
      if (session === undefined) return;
      if (act === null) explored.looks.set(key, await lookAtRun(session, run));
      else if (act === "at once") await explored.commit("next", session, run, await lookAtRun(session, run));
      else if (look !== undefined) await explored.commit(act, session, run, look);
    },
);
const ofOthers = fc.oneof(
  controller.map(
    (index): Step =>
      (explored) =>
        explored.expire(index),
  ),
  oneLock.map(
    (lock): Step =>
      (explored) =>
        explored.unsignal(lock),
  ),
  oneLock.map(
    (lock): Step =>
      (explored) =>
        explored.read(lock),
  ),
  oneLock.map(
    (lock): Step =>
      (explored) =>
        explored.unread(lock),
  ),
  fc.constant<Step>(async (explored) => void (await sweepSignals(explored.stranger))),
);
const step = fc.oneof({ weight: 12, arbitrary: ofController }, { weight: 1, arbitrary: ofOthers });

test("promoted runs are first, alone and signalled, no half of a run ever stands, and in the end nothing is left", async () => {
  const total = { promote: 0, release: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 100, size: "max" }), async (steps) => {
      const explored = new Explored();
      for (const one of steps) {
        await one(explored);
        explored.check();
      }
      await explored.end();
      total.promote += explored.done.promote;
      total.release += explored.done.release;
    }),
    { numRuns: 80, interruptAfterTimeLimit: 20_000 },
  );
  // Steps that never get anywhere would prove nothing.
  expect(Math.min(total.promote, total.release)).toBeGreaterThan(20);
});
