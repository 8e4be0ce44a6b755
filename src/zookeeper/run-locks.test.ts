import { describe, expect, test } from "vitest";
import type { LockWorld } from "../../test/support/lock-world.ts";
import { aRun, lockOf, queued, released } from "../../test/support/lock-world.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { runLockGuards } from "../../test/support/run-lock-guards.ts";
import { runPromotionStories } from "../../test/support/run-lock-promotion.ts";
import { runQueueStories } from "../../test/support/run-lock-queue.ts";
import { runReleaseStories } from "../../test/support/run-lock-release.ts";
import { runSilentStories } from "../../test/support/run-lock-silent.ts";
import { runWatchStories } from "../../test/support/run-lock-watches.ts";
import { promoteRun } from "./promote.ts";
import { queueRun } from "./queue.ts";
import { releaseRun } from "./release.ts";
import { lookAtRun } from "./run-look.ts";
import { watchRun } from "./watch-run.ts";

async function inMemory(): Promise<LockWorld> {
  const zookeeper = new MemoryZooKeeper();
  return {
    open: async () => new MemorySession(zookeeper),
    async expire(session) {
      if (session instanceof MemorySession) session.expire();
    },
  };
}

runQueueStories(inMemory);
runPromotionStories(inMemory);
runReleaseStories(inMemory);
runLockGuards(inMemory);
runWatchStories(inMemory);
runSilentStories(inMemory);

describe("a reply that is lost", () => {
  test.each([
    { what: "queueing", commit: queueRun, after: { held: "queued", nodes: 1 } },
    { what: "promoting", commit: promoteRun, after: { held: "promoted", nodes: 1 } },
    { what: "releasing", commit: releaseRun, after: { held: "absent", nodes: 0 } },
  ])("to $what is thrown, and the next look shows what was done", async ({ what, commit, after: expected }) => {
    const session = new MemorySession(new MemoryZooKeeper());
    await queued(session, aRun("a"));
    if (what === "queueing") await released(session, aRun("a"));
    const look = await lookAtRun(session, aRun("a"));
    session.loseNextReply();
    await expect(commit(session, aRun("a"), look)).rejects.toMatchObject({ code: "ConnectionLoss" });
    const seen = await lookAtRun(session, aRun("a"));
    expect({ held: seen.held.kind, nodes: lockOf(seen).ownNodes.length }).toEqual(expected);
    expect((await commit(session, aRun("a"), look)).kind).toBe("stale");
  });
});

describe("the guards of a commit", () => {
  test("hold until the very moment at which it is carried out", async () => {
    const session = new MemorySession(new MemoryZooKeeper());
    await queued(session, aRun("a"));
    const look = await lookAtRun(session, aRun("a"));
    session.beforeNextWrite(() => session.expire());
    expect(await promoteRun(session, aRun("a"), look)).toMatchObject({ kind: "stale" });
  });

  test("a fence that is made between the look and the commit is expected unused", async () => {
    const zookeeper = new MemoryZooKeeper();
    const [session, other] = [new MemorySession(zookeeper), new MemorySession(zookeeper)];
    const look = await lookAtRun(session, aRun("a"));
    await queued(other, aRun("b"));
    await released(other, aRun("b"));
    expect(lockOf(look).fenceVersion).toBeUndefined();
    expect((await queueRun(session, aRun("a"), look)).kind).toBe("stale");
  });

  test("an error that is no guard's is thrown", async () => {
    const session = new MemorySession(new MemoryZooKeeper());
    const look = await lookAtRun(session, aRun("a"));
    session.suspend();
    await expect(queueRun(session, aRun("a"), look)).rejects.toMatchObject({ code: "ConnectionLoss" });
  });
});

test("a run that is looked at again and again holds one watch a node, and is woken when the connection goes", async () => {
  const zookeeper = new MemoryZooKeeper();
  const session = new MemorySession(zookeeper);
  await queued(session, aRun("a"));
  const look = await lookAtRun(session, aRun("a"));
  const calls: number[] = [];
  for (const pass of [1, 2, 3]) await watchRun(session, aRun("a"), look, () => calls.push(pass));
  await watchRun(session, aRun("b"), look, () => calls.push(9));
  expect(zookeeper.watchCount).toBe(2);
  session.suspend();
  await expect.poll(() => calls).toEqual([3, 9]);
});
