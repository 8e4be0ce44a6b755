// Held locks on the ZooKeeper in memory: when they count as lost, and what release() does about it.
import { expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { acquireLocks } from "./acquire.ts";

async function heldLocks() {
  const [zookeeper, clock] = [new MemoryZooKeeper(), manualClock()];
  const session = new MemorySession(zookeeper);
  session.leaseEnd = 4000;
  const uuid = () => "1ab0458d-ab17-43e2-b6d5-be8a7835f979";
  const request = { paths: ["/l/p", "/l/q"], mode: "write", dialect: "Curator", owner: "me", uuid, clock } as const;
  const acquisition = await acquireLocks(session, request);
  if (acquisition.kind !== "held") throw new Error(acquisition.kind);
  const { locks } = acquisition;
  const standing = () => locks.nodes.filter((node) => zookeeper.tree.has(node)).length;
  return { zookeeper, clock, session, locks, standing, settle: () => clock.advance(0), other: new MemorySession(zookeeper) };
}

const reason = (signal: AbortSignal) => String(signal.reason);

test("they outlast a break of the connection that is shorter than the lease", async () => {
  const { session, locks, clock } = await heldLocks();
  session.suspend();
  await clock.advance(3999);
  expect([locks.isHeld(), locks.lost.aborted]).toEqual([true, false]);
  session.resume();
  session.leaseEnd = 8000;
  await clock.advance(3999);
  expect([locks.isHeld(), locks.lost.aborted]).toEqual([true, false]);
});

test("they are lost for good when the lease runs out, and stand until they are released", async () => {
  const { session, locks, clock, standing } = await heldLocks();
  session.suspend();
  await clock.advance(4000);
  expect([locks.isHeld(), reason(locks.lost)]).toEqual([false, expect.stringContaining("ZooKeeper did not answer for so long")]);
  session.resume();
  session.leaseEnd = 9000;
  await clock.advance(1000);
  expect([locks.isHeld(), standing()]).toEqual([false, 2]);
  await locks.release();
  expect(standing()).toBe(0);
});

test("an expired lease is known before any timer says so", async () => {
  const { session, locks } = await heldLocks();
  session.leaseEnd = -1; // as on a process that was stopped
  expect([locks.isHeld(), locks.lost.aborted]).toEqual([false, false]);
});

test("they are lost with the session, and release() has nothing to do", async () => {
  const { session, locks, settle } = await heldLocks();
  session.expire();
  await settle();
  expect([locks.isHeld(), reason(locks.lost)]).toEqual([false, expect.stringContaining("the ZooKeeper session is lost")]);
  await locks.release();
});

test("they are lost when somebody deletes one of the nodes, and release() removes the others", async () => {
  const { locks, settle, other, standing } = await heldLocks();
  await other.remove(locks.nodes[1] ?? "", -1);
  await settle();
  expect([locks.isHeld(), reason(locks.lost)]).toEqual([false, expect.stringContaining(`${locks.nodes[1]} was deleted by somebody else`)]);
  await locks.release();
  expect(standing()).toBe(0);
});

test("what somebody writes into a node changes nothing: Curator's revocation is no order to us", async () => {
  const { locks, settle, other } = await heldLocks();
  await other.set(locks.nodes[0] ?? "", Buffer.from("__REVOKE__"), -1);
  await settle();
  expect([locks.isHeld(), locks.lost.aborted]).toEqual([true, false]);
  await other.remove(locks.nodes[0] ?? "", -1);
  await settle();
  expect(locks.lost.aborted).toBe(true);
});

test("a deletion while the connection is gone is found when it is back", async () => {
  const { session, locks, settle, other } = await heldLocks();
  session.suspend();
  await settle();
  await other.remove(locks.nodes[0] ?? "", -1);
  await settle();
  expect(locks.isHeld()).toBe(true);
  session.resume();
  await settle();
  expect(locks.lost.aborted).toBe(true);
});

test("release() gets through however often its answer is lost, and whoever releases twice releases once", async () => {
  const { session, locks, clock, standing, zookeeper } = await heldLocks();
  session.loseNextReply();
  const released = locks.release();
  expect([locks.isHeld(), locks.release()]).toEqual([false, released]);
  await clock.advance(1000);
  await released;
  expect([standing(), locks.lost.aborted, zookeeper.writes.filter((write) => write.startsWith("remove")).length]).toEqual([0, false, 2]);
});

test("release() waits for a connection, or for the end of the session", async () => {
  const { session, locks, settle, standing } = await heldLocks();
  session.suspend();
  let done = false;
  const released = locks.release().then(() => {
    done = true;
  });
  await settle();
  expect([done, standing()]).toEqual([false, 2]);
  session.expire();
  await released;
  expect(standing()).toBe(0);
});

test("a block that is left releases them", async () => {
  const { locks, standing } = await heldLocks();
  {
    await using _ = locks;
    expect(standing()).toBe(2);
  }
  expect(standing()).toBe(0);
});

test("no timer is left behind", async () => {
  const { locks, clock, settle } = await heldLocks();
  await locks.release();
  await settle();
  expect(clock.waiting).toBe(0);
});
