// `locks scan` and `locks reset` on a real server, of locks in all four dialects, with unmodified Apache Curator among them.
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { openSession } from "../../src/zookeeper/client.ts";
import { withCurator } from "../support/curator.ts";
import { expectedLocks, oneOfEach } from "../support/every-lock.ts";
import { aLock, locks, locksJson, normalised } from "../support/locks-admin.ts";
import { eventually, server, session, withServer } from "../support/server-gate.ts";

withServer();

const theCurator = withCurator();

describe("scan", () => {
  test("tells who holds and who waits in all four dialects, and whose window a run's lock is", async () => {
    const ours = await session();
    await oneOfEach(ours, theCurator());
    const inLine = ["/apps/curator", "/apps/curator-mutex", "/apps/curator-semaphore/leases"];
    await eventually(() => Promise.all(inLine.map(async (path) => (await ours.children(path))?.length))).toEqual([2, 2, 2]);
    expect(normalised(await locksJson(["scan"]), { [ours.id]: "ours", [theCurator().session]: "curator" })).toEqual({
      root: "/",
      unreadable: [],
      locks: expectedLocks(theCurator().address),
    });
  });

  test("goes on where locks and whole branches vanish meanwhile", async () => {
    const ours = await session();
    const gone = await aLock(ours, "/vanishing/held", "ZooKeeperRecipe", "write");
    await aLock(ours, "/vanishing/held", "ZooKeeperRecipe", "write");
    await ours.createParents("/vanishing/branch/leaf");
    const vanished: string[] = [];
    const vanish = async (path: string) => {
      if ((path !== gone && path !== "/vanishing/branch/leaf") || vanished.includes(path)) return;
      vanished.push(path);
      await ours.remove(path, -1);
    };
    const on = { get: vanish, children: vanish };
    const found = await locksJson(["scan", "/vanishing"], { on });
    expect(vanished.sort()).toEqual(["/vanishing/branch/leaf", gone]);
    expect(found).toMatchObject({
      locks: [{ path: "/vanishing/held", write: { held: 1, waiting: 0 }, nodes: [{ name: "write-0000000001" }] }],
    });
  });

  test("finds hundreds of locks, and those below a folder that is named like a lock", async () => {
    const ours = await session();
    await ours.createParents("/month/read-models");
    const hours = Array.from({ length: 200 }, (_, i) => `/month/read-models/${String(i).padStart(3, "0")}/app`);
    for (const path of hours) await aLock(ours, path, "ZooKeeperRecipe", "read");
    const { out } = await locks(["scan", "/month", "-o", "json"]);
    const paths = [...out.matchAll(/"path": "(.*app)"/g)].map((match) => match[1]);
    expect(paths).toEqual(hours);
  });

  test("lists with --empty what had children once, and no other nodes", async () => {
    const ours = await session();
    await ours.remove(await aLock(ours, "/past/lock", "Curator", "read"), -1);
    await ours.createParents("/past/never");
    expect(await locksJson(["scan", "/past"])).toMatchObject({ locks: [] });
    expect(await locksJson(["scan", "/past", "--empty"])).toMatchObject({ locks: [{ path: "/past/lock", nodes: [] }] });
  });

  test("exits with 1 where a branch may not be read, and names it", async () => {
    const auth = { scheme: "digest", credentials: "alice:secret" } as const;
    const access = { kind: "creator", processors: [] } as const;
    const alice = await openSession({
      servers: server().connectString,
      timeoutMs: 30_000,
      clock: systemClock,
      log: silentLog,
      auth,
      access,
    });
    await alice.create("/secret", Buffer.alloc(0), "persistent");
    await alice.close();
    const { code, err } = await locks(["scan", "/secret"]);
    expect(code).toBe(1);
    expect(err).toContain("these credentials may not read /secret");
  });
});

describe("locks that do not see each other", () => {
  test("are a warning that is not part of the answer", async () => {
    const ours = await session();
    await aLock(ours, "/mixed", "Curator", "read");
    await aLock(ours, "/mixed", "CuratorMutex");
    await ours.create("/mixed/0123456789abcdef0123456789abcdef__rlock__", Buffer.alloc(0), "ephemeral-sequential");
    const { out, err } = await locks(["scan", "/mixed"]);
    expect(err).toMatch(/^WARNING: locks of Curator, CuratorMutex and Python's kazoo stand on \/mixed and do not see each other/);
    expect(out).toMatch(/^PATH +DIALECT +READ +WRITE +WAITING +LAST MODIFIED\n\/mixed +Curator,CuratorMutex +1 +1 +0 +\d{4}\S+Z\n$/);
    const wide = await locks(["scan", "/mixed", "-o", "wide"]);
    expect(wide.out).toContain("a read lock of Python's kazoo");
  });
});

test("after a reset, a Curator writer whose place was removed takes a new one, and holds the lock", async () => {
  const ours = await session();
  const path = "/apps/reset";
  await aLock(ours, path, "Curator", "write");
  const writer = theCurator().acquire("write", path);
  await eventually(async () => (await ours.children(path))?.length).toBe(2);
  const names = (await ours.children(path)) ?? [];
  expect((await locks(["write", "reset", path, "--yes"])).code).toBe(0);
  await writer.held;
  const [name = ""] = (await ours.children(path)) ?? [];
  expect(names).not.toContain(name);
  await writer.release();
});
