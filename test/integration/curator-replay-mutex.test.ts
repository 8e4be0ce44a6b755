// The cases of Curator's own TestInterProcessMutexBase, TestInterProcessMutex and TestInterProcessMultiMutex, told of our lock client
// beside unmodified Curator on a real server, for each kind of lock that excludes everybody.
import { describe, expect, test } from "vitest";
import { type CuratorLock, startCurator } from "../../dev/curator/curator.ts";
import { type Dialect, leasesPath, queuePath } from "../../src/protocol/dialects.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { withCurator } from "../support/curator.ts";
import { take, watches } from "../support/lock-taker.ts";
import { removeNode } from "../support/remove-node.ts";
import { aPlace, eventually, server, withServer } from "../support/server-gate.ts";
import { aProxy, aSession } from "../support/sessions.ts";

withServer();

const theCurator = withCurator();

const open = () => aSession(server().connectString);

interface Kind {
  readonly lock: CuratorLock;
  readonly dialect: Dialect;
}
const kinds: readonly Kind[] = [
  { lock: "write", dialect: "Curator" },
  { lock: "mutex", dialect: "CuratorMutex" },
  { lock: "semaphore", dialect: "CuratorSemaphoreMutex" },
];

/** Waits until that session waits for whoever holds: it watches the node of the first, or has its lease beside the holder's. */
async function waits(waiting: { readonly id: string }, other: Session, { dialect }: Kind, path: string): Promise<void> {
  const leases = leasesPath(dialect, path);
  if (leases === undefined) await watches(waiting, () => firstOf(other, path));
  else await eventually(async () => (await other.children(leases))?.length).toBe(2);
}

async function firstOf(other: Session, path: string): Promise<string> {
  const [first] = ((await other.children(path)) ?? []).toSorted((a, b) => (a.slice(-10) < b.slice(-10) ? -1 : 1));
  return `${path}/${first}`;
}

describe.each(kinds)("Curator's $lock and our $dialect", (kind) => {
  const { lock, dialect } = kind;

  test("two clients: exactly one of them holds, in either order, and a block that is left releases", async () => {
    const { path } = aPlace();
    const session = await open();
    const theirs = theCurator().acquire(lock, path);
    await theirs.held;
    const ours = take(session, { paths: [path], dialect });
    await waits(session, session, kind, path);
    expect(ours.isHeld()).toBe(false);
    const left = await theirs.release();
    const again = await (async () => {
      await using locks = await ours.held;
      expect([locks.isHeld(), process.hrtime.bigint() > left]).toEqual([true, true]);
      const next = theCurator().acquire(lock, path);
      await waits({ id: theCurator().session }, session, kind, path);
      expect(await next.isHeld()).toBe(false);
      return next;
    })();
    await again.held;
    await again.release();
  });

  test("containers: what stands above the nodes may vanish whenever it is empty", async () => {
    const { path } = aPlace();
    const [session, other] = [await open(), await open()];
    let taken = 0;
    const ours = async () => {
      for (let i = 0; i < 15; i++) {
        await (await take(session, { paths: [path], dialect }).held).release();
        taken++;
        // Not the leases': a Curator that is about to take one does not forgive it.
        await removeNode(other, queuePath(dialect, path));
      }
    };
    const theirs = async () => {
      for (let i = 0; i < 15; i++) {
        const hold = theCurator().acquire(lock, path);
        await hold.held;
        await hold.release();
        taken++;
      }
    };
    await Promise.all([ours(), theirs()]);
    await (await take(session, { paths: [path], dialect }).held).release();
    expect(await removeNode(other, queuePath(dialect, path))).toBe(true);
    await (await take(session, { paths: [path], dialect }).held).release();
    expect(taken).toBe(30);
  });

  test("namespace: Curator's namespace is our chroot", async () => {
    const { path } = aPlace();
    const session = await open();
    await session.createParents("/tenant");
    const below = await aSession(`${server().connectString}/tenant`);
    const theirs = theCurator().acquire(lock, path, { namespace: "tenant" });
    await theirs.held;
    expect((await take(below, { paths: [path], dialect, timeoutMs: 0 }).acquisition).kind).toBe("timeout");
    expect((await take(session, { paths: [`/tenant${path}`], dialect, timeoutMs: 0 }).acquisition).kind).toBe("timeout");
    await theirs.release();
    const ours = await take(below, { paths: [path], dialect }).held;
    expect(ours.nodes[0]?.startsWith(path)).toBe(true);
  });

  test("access: Curator without a login waits behind us who have one, and goes ahead when we release", async () => {
    const { path } = aPlace();
    const session = await aSession(server().connectString, { auth: { scheme: "digest", credentials: "ours:secret" } });
    const ours = await take(session, { paths: [path], dialect }).held;
    const theirs = theCurator().acquire(lock, path);
    await waits({ id: theCurator().session }, session, kind, path);
    await ours.release();
    await theirs.held;
    await theirs.release();
  });
});

/** A path for each kind. */
const places = () => kinds.map((kind) => ({ ...kind, path: aPlace().path }));

test("killed session: when ours dies Curator gets in, when Curator's dies we do", async () => {
  const proxy = await aProxy(server());
  const [mortal, session, all] = [await aSession(proxy.connectString, { timeoutMs: 4000 }), await open(), places()];
  const ours = await Promise.all(all.map(({ path, dialect }) => take(mortal, { paths: [path], dialect }).held));
  const theirs = all.map(({ path, lock }) => theCurator().acquire(lock, path));
  for (const kind of all) await waits({ id: theCurator().session }, session, kind, kind.path);
  proxy.hold();
  await Promise.all(theirs.map(({ held }) => held));
  expect(ours.map((locks) => locks.isHeld())).toEqual([false, false, false]);
  await Promise.all(theirs.map((hold) => hold.release()));
  const killed = await startCurator({ connectString: server().connectString, sessionTimeoutMs: 4000 });
  try {
    await Promise.all(all.map(({ path, lock }) => killed.acquire(lock, path).held));
  } finally {
    await killed.kill();
  }
  const heirs = await Promise.all(all.map(({ path, dialect }) => take(session, { paths: [path], dialect }).held));
  expect(heirs.map((locks) => locks.isHeld())).toEqual([true, true, true]);
});

test("killed server: it comes back while one holds and one waits, and both finish", async () => {
  const [session, all] = [await open(), places()];
  const holders = await Promise.all(all.map(({ path, dialect }) => take(session, { paths: [path], dialect }).held));
  const theirs = all.map(({ path, lock }) => theCurator().acquire(lock, path));
  for (const kind of all) await waits({ id: theCurator().session }, session, kind, kind.path);
  await server().restart();
  expect(await Promise.all(theirs.map((hold) => hold.isHeld()))).toEqual([false, false, false]);
  await Promise.all(holders.map((locks) => locks.release()));
  expect(holders.map(({ lost }) => lost.aborted)).toEqual([false, false, false]);
  await Promise.all(theirs.map(({ held }) => held));
  const ours = all.map(({ path, dialect }) => take(session, { paths: [path], dialect }));
  for (const kind of all) await waits(session, session, kind, kind.path);
  await server().restart();
  await Promise.all(theirs.map((hold) => hold.release()));
  expect((await Promise.all(ours.map(({ held }) => held))).map((locks) => locks.isHeld())).toEqual([true, true, true]);
});

test.each(["write", "mutex"] as const)(
  "revoking: a Curator %s lock that is revocable lets us in when we ask; ours is not revocable",
  async (lock) => {
    const { path } = aPlace();
    const session = await open();
    const dialect = lock === "write" ? "Curator" : "CuratorMutex";
    const theirs = theCurator().acquireRevocable(path, lock);
    await theirs.held;
    const ours = take(session, { paths: [path], dialect });
    const node = await firstOf(session, path);
    await watches(session, () => node);
    await session.set(node, Buffer.from("__REVOKE__"), -1);
    const locks = await ours.held;
    expect(process.hrtime.bigint()).toBeGreaterThan(await theirs.revoked);
    await theCurator().revoke(locks.nodes[0] ?? "");
    expect((await session.get(locks.nodes[0] ?? ""))?.data.toString()).toBe("__REVOKE__");
    expect([locks.isHeld(), locks.lost.aborted]).toEqual([true, false]);
  },
);

test("several locks: whoever cannot have one has none, on either side", async () => {
  const [a, b] = [`${aPlace().path}`, `${aPlace().path}`];
  const session = await open();
  const dialect = "CuratorMutex";
  const one = theCurator().acquire("mutex", b);
  await one.held;
  const none = await take(session, { paths: [b, a], dialect, timeoutMs: 0 }).acquisition;
  expect([none.kind, await session.children(a)]).toEqual(["timeout", []]);
  await one.release();
  const ours = await take(session, { paths: [b, a], dialect }).held;
  const both = theCurator().acquire("multi", `${a},${b}`);
  await watches({ id: theCurator().session }, () => ours.nodes[0] ?? "");
  expect(await both.isHeld()).toBe(false);
  await ours.release();
  await both.held;
  expect((await take(session, { paths: [a], dialect, timeoutMs: 0 }).acquisition).kind).toBe("timeout");
  await both.release();
});
