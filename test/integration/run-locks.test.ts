// The stories of run locks, against a real server: each on a tree of its own, below a chroot.
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import { checkLocks, defaultSignalPath } from "../../src/protocol/paths.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { openSession } from "../../src/zookeeper/client.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { aRun, type LockWorld, lockOf, promoted, queued, released, remains } from "../support/lock-world.ts";
import { runLockGuards } from "../support/run-lock-guards.ts";
import { runPromotionStories } from "../support/run-lock-promotion.ts";
import { runQueueStories } from "../support/run-lock-queue.ts";
import { runReleaseStories } from "../support/run-lock-release.ts";
import { runSilentStories } from "../support/run-lock-silent.ts";
import { runWatchStories } from "../support/run-lock-watches.ts";

let server: ZooKeeperServer;
const opened: Session[] = [];

beforeAll(async () => {
  server = await startZooKeeper();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((session) => session.close()));
});
afterAll(() => server?.stop());

async function open(chroot: string, timeoutMs = 30_000): Promise<Session> {
  const session = await openSession({ servers: server.connectString + chroot, timeoutMs, clock: systemClock, log: silentLog });
  opened.push(session);
  return session;
}

async function onServer(): Promise<LockWorld> {
  const chroot = `/${randomUUID()}`;
  await (await open("")).create(chroot, Buffer.alloc(0), "persistent");
  return { open: () => open(chroot), expire: (session) => session.close() };
}

runQueueStories(onServer);
runPromotionStories(onServer);
runReleaseStories(onServer);
runLockGuards(onServer);
runWatchStories(onServer);
runSilentStories(onServer);

test("as many locks as a window may have, each with its signal and as long as they may be together, fit into one transaction", async () => {
  const chroot = `/${randomUUID()}`;
  await (await open("")).create(chroot, Buffer.alloc(0), "persistent");
  const above = `/${"a".repeat(58)}/${"b".repeat(58)}`;
  const locks = Array.from({ length: 256 }, (_, hour) => `${above}/${hour}`.padEnd(124, "-")).map((path) => ({
    path,
    signalPath: defaultSignalPath(path),
  }));
  expect(checkLocks(locks)).toBeUndefined();
  const long = "n".repeat(250);
  const run = { installation: "i".repeat(63), runId: "r".repeat(63), window: { namespace: long, name: long, uid: long }, locks };
  const session = await open(chroot);
  await queued(session, run);
  await promoted(session, run);
  expect((await lookAtRun(session, run)).locks.every(({ node, signal }) => node.kind === "promoted" && signal.kind === "ours")).toBe(true);
  await released(session, run);
  expect((await lookAtRun(session, run)).held.kind).toBe("absent");
});

test("a controller that is cut off loses its place before promotion, and keeps it after", async () => {
  const chroot = `/${randomUUID()}`;
  await (await open("")).create(chroot, Buffer.alloc(0), "persistent");
  const short = await open(chroot, 2_000);
  const witness = await open(chroot);
  await queued(short, aRun("a"));
  await queued(short, aRun("b"));
  await promoted(short, aRun("a"));
  const lost = new Promise<void>((resolve) => short.onState((state) => state === "lost" && resolve()));
  server.pause();
  await lost;
  server.resume();
  await expect.poll(async () => (await lookAtRun(witness, aRun("b"))).held.kind, { timeout: 60_000 }).toBe("absent");
  const look = await lookAtRun(witness, aRun("a"));
  expect([look.held.kind, lockOf(look).node.kind, lockOf(look).signal.kind]).toEqual(["promoted", "promoted", "ours"]);
  expect((await remains(witness)).length).toBe(3);
});
