// The cases of Curator's own TestInterProcessReadWriteLock, told of our lock client beside unmodified Curator on a real server.
// That somebody waits is seen at the server, by his watch; nothing here waits for time to pass.
import { describe, expect, test } from "vitest";
import { type CuratorHold, startCurator } from "../../dev/curator/curator.ts";
import { recogniseLock } from "../../src/protocol/lock-recognition.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { withCurator } from "../support/curator.ts";
import { owner, take, watches } from "../support/lock-taker.ts";
import { aPlace, eventually, onPath, server, withServer } from "../support/server-gate.ts";
import { aProxy, aSession } from "../support/sessions.ts";

withServer();

const theCurator = withCurator();

const open = () => aSession(server().connectString);

/** The members of the lock, first in line first, whoever asks. */
async function members(session: Session, path: string) {
  return recogniseLock(path, { own: (await session.children(path)) ?? [] }).members;
}

/** The path of the last node of that kind. */
async function lastOf(session: Session, path: string, kind: "read" | "write"): Promise<string> {
  return `${path}/${(await members(session, path)).findLast((member) => member.kind === kind)?.path}`;
}

test("participants: 20 readers and 8 writers of both sides see the same nodes, in the same order, by kind", async () => {
  const { path } = aPlace();
  const session = await open();
  const theirs = Array.from({ length: 10 }, () => theCurator().acquire("read", path));
  const ours = Array.from({ length: 10 }, () => take(session, { paths: [path], mode: "read" }));
  await Promise.all([...theirs, ...ours].map(({ held }) => held));
  const writers = Array.from({ length: 4 }, () => ({
    theirs: theCurator().acquire("write", path),
    ours: take(session, { paths: [path] }),
  }));
  await eventually(async () => (await members(session, path)).length).toBe(28);
  const all = await members(session, path);
  for (const [kind, count] of Object.entries({ read: 20, write: 8 } as const)) {
    const names = all.filter((member) => member.kind === kind).map((member) => member.path);
    expect(await theCurator().participants(kind === "read" ? "read" : "write", path)).toEqual(names);
    expect(names).toHaveLength(count);
  }
  expect(all.map(({ standing }) => standing)).toEqual([...Array(20).fill("held"), ...Array(8).fill("waiting")]);
  await Promise.all([...theirs.map((one) => one.release()), ...ours.map(async (one) => (await one.held).release())]);
  const ended = writers.flatMap((pair) => [
    pair.theirs.held.then(() => pair.theirs.release()),
    pair.ours.held.then((locks) => locks.release()),
  ]);
  await Promise.all<unknown>(ended);
  expect(await onPath(session, path)).toEqual([]);
});

test("upgrading is disallowed: a reader who asks for the write lock too waits for itself, in vain", async () => {
  const { path } = aPlace();
  const session = await open();
  const reader = await take(session, { paths: [path], mode: "read" }).held;
  expect(await take(session, { paths: [path], timeoutMs: 300 }).acquisition).toEqual({ kind: "timeout", ahead: reader.nodes });
  const theirs = theCurator().acquire("read", path);
  await theirs.held;
  expect(await theirs.upgrade(300)).toBe(false);
  expect(await onPath(session, path)).toEqual([`read ${owner}`, `read ${theCurator().address}`]);
  await theirs.release();
});

describe("a Curator writer that downgrades", () => {
  async function downgraded(): Promise<{ path: string; session: Session; theirs: CuratorHold }> {
    const { path } = aPlace();
    const session = await open();
    const theirs = theCurator().acquire("write", path);
    await theirs.held;
    await theirs.downgrade();
    return { path, session, theirs };
  }

  test("keeps our readers out until it has released the write lock, and our writers until it has released both", async () => {
    const { path, session, theirs } = await downgraded();
    const write = await lastOf(session, path, "write");
    const reader = take(session, { paths: [path], mode: "read" });
    await watches(session, () => write);
    expect(reader.isHeld()).toBe(false);
    await theirs.release();
    await reader.held;
    const read = (await members(session, path))[0];
    expect([read?.kind, read?.sortKey]).toEqual(["read", write.slice(-10)]);
    await (await reader.held).release();
    const writer = take(session, { paths: [path] });
    await watches(session, () => `${path}/${read?.path}`);
    expect(writer.isHeld()).toBe(false);
    await theirs.release();
    await writer.held;
  });

  test("keeps our writer out that queued before it downgraded (CURATOR-621)", async () => {
    const { path } = aPlace();
    const session = await open();
    const theirs = theCurator().acquire("write", path);
    await theirs.held;
    const writer = take(session, { paths: [path] });
    await watches(session, () => firstOf(session, path));
    await theirs.downgrade();
    await theirs.release();
    await watches(session, () => firstOf(session, path));
    expect([writer.isHeld(), (await members(session, path)).map(({ kind }) => kind)]).toEqual([false, ["read", "write"]]);
    await theirs.release();
    await writer.held;
  });
});

async function firstOf(session: Session, path: string): Promise<string> {
  return `${path}/${(await members(session, path))[0]?.path}`;
}

test("set node data: each side's nodes carry what its user gave, as it was then, and the other side reads it", async () => {
  const { path } = aPlace();
  const session = await open();
  const theirs = theCurator().acquire("read", path, { data: "theirs-1" });
  await theirs.held;
  const ours = await take(session, { paths: [path], mode: "read", owner: "ours-1" }).held;
  expect(await onPath(session, path)).toEqual(["read theirs-1", "read ours-1"]);
  await Promise.all([theirs.release(), ours.release()]);
});

describe("lock path", () => {
  test("our writer gets in when the session of a Curator reader dies, whose late release does no harm", async () => {
    const { path } = aPlace();
    const session = await open();
    const mortal = await startCurator({ connectString: server().connectString, sessionTimeoutMs: 4000 });
    try {
      const theirs = mortal.acquire("read", path);
      await theirs.held;
      const node = await lastOf(session, path, "read");
      const writer = take(session, { paths: [path] });
      await watches(session, () => node);
      await mortal.expire();
      const locks = await writer.held;
      expect(await session.exists(node)).toBeUndefined();
      await theirs.release();
      expect([locks.isHeld(), await onPath(session, path)]).toEqual([true, [`write ${owner}`]]);
    } finally {
      await mortal.kill();
    }
  });

  test("a Curator writer gets in when our session dies, but not before we know that we lost it", async () => {
    const { path } = aPlace();
    const proxy = await aProxy(server());
    const session = await aSession(proxy.connectString, { timeoutMs: 4000 });
    const locks = await take(session, { paths: [path], mode: "read" }).held;
    let lostAt = 0n;
    locks.lost.addEventListener("abort", () => {
      lostAt = process.hrtime.bigint();
    });
    const theirs = theCurator().acquire("write", path);
    await watches({ id: theCurator().session }, () => locks.nodes[0] ?? "");
    proxy.hold();
    expect(await theirs.held).toBeGreaterThan(lostAt);
    expect([lostAt > 0n, locks.isHeld(), String(locks.lost.reason)]).toEqual([true, false, expect.stringContaining("the lock was lost")]);
    await theirs.release();
    proxy.open();
    await locks.release();
  });
});
