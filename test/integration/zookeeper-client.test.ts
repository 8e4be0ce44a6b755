// The adapter against a real server: every method of the port, roots and credentials.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import type { SessionOptions } from "../../src/zookeeper/client.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { aProxy, aSession, aWatch, reaches } from "../support/sessions.ts";

const nothing = Buffer.alloc(0);
let server: ZooKeeperServer;
let trees = 0;

beforeAll(async () => {
  server = await startZooKeeper();
});
afterAll(() => server?.stop());

function open(options: Partial<SessionOptions> = {}): Promise<Session> {
  return aSession(server.connectString, options);
}

/** A session, and a node of the test's own to work below. */
async function openWithTree(options: Partial<SessionOptions> = {}): Promise<{ session: Session; root: string }> {
  const session = await open(options);
  const root = `/tree-${trees++}`;
  await session.createParents(root);
  return { session, root };
}

describe("the calls", () => {
  test("a node is created, read, changed and removed", async () => {
    const { session, root } = await openWithTree();
    const path = `${root}/a`;
    expect(await session.create(path, Buffer.from("one"), "persistent")).toBe(path);
    const node = await session.get(path);
    expect(node?.data.toString()).toBe("one");
    expect(node?.stat).toMatchObject({ version: 0, cversion: 0, ephemeralOwner: undefined, numChildren: 0, dataLength: 3 });
    expect(node?.stat.czxid).toBe(node?.stat.mzxid);
    expect(Math.abs(Date.now() - (node?.stat.ctimeMs ?? 0))).toBeLessThan(600_000);
    const changed = await session.set(path, Buffer.from("three"), 0);
    expect(changed).toMatchObject({ version: 1, dataLength: 5, czxid: node?.stat.czxid });
    expect(changed.mzxid).toBeGreaterThan(changed.czxid);
    expect(await session.children(root)).toEqual(["a"]);
    await session.remove(path, 1);
    expect([await session.get(path), await session.exists(path), await session.children(path)]).toEqual([undefined, undefined, undefined]);
  });

  test("empty data comes back empty, and bytes come back as they are", async () => {
    const { session, root } = await openWithTree();
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 256));
    await session.create(`${root}/empty`, nothing, "persistent");
    await session.create(`${root}/full`, bytes, "persistent");
    expect((await session.get(`${root}/empty`))?.data.length).toBe(0);
    expect((await session.get(`${root}/full`))?.data.equals(bytes)).toBe(true);
  });

  test("an ephemeral node names its session and goes when it is closed; a sequential one gets the server's digits", async () => {
    const { session, root } = await openWithTree();
    const other = await open();
    expect(await other.create(`${root}/n-`, nothing, "persistent-sequential")).toBe(`${root}/n-0000000000`);
    expect(await other.create(`${root}/n-`, nothing, "ephemeral-sequential")).toBe(`${root}/n-0000000001`);
    await other.create(`${root}/e`, nothing, "ephemeral");
    expect((await session.exists(`${root}/e`))?.ephemeralOwner).toBe(other.id);
    expect(other.id).toMatch(/^0x[0-9a-f]{16}$/);
    await other.close();
    expect(await session.children(root)).toEqual(["n-0000000000"]);
  });

  test.each([
    { name: "InvalidPath", call: (s: Session) => s.get("relative") },
    { name: "InvalidPath", call: (s: Session) => s.create("/a/../b", nothing, "persistent") },
    { name: "InvalidPath", call: (s: Session) => s.create("/a\u0000", nothing, "persistent") },
    { name: "Server", call: (s: Session, root: string) => s.create(`${root}/big`, Buffer.alloc(2_000_000), "persistent") },
  ])("a refusal is $name", async ({ name, call }) => {
    const { session, root } = await openWithTree();
    await expect(call(session, root)).rejects.toMatchObject({ name: "ZooKeeperError", code: name });
    expect(session.state).toBe("connected");
  });

  test("a node with a name that is not plain letters is found again", async () => {
    const { session, root } = await openWithTree();
    await session.create(`${root}/bø 1`, nothing, "persistent");
    expect(await session.children(root)).toEqual(["bø 1"]);
  });

  test("sync is answered, on a node that is there and on one that is not", async () => {
    const { session, root } = await openWithTree();
    await session.sync(root);
    await session.sync(`${root}/none`);
  });
});

describe("transactions", () => {
  test("the refused operation is named, not those after it", async () => {
    const { session, root } = await openWithTree();
    const transaction = session.transaction([
      { op: "check", path: root, version: -1 },
      { op: "remove", path: `${root}/none`, version: -1 },
      { op: "check", path: `${root}/none-either`, version: -1 },
    ]);
    await expect(transaction).rejects.toMatchObject({ code: "NoNode", operation: 1, path: `${root}/none` });
  });
});

describe("roots and credentials", () => {
  test("below a chroot, paths are the user's own, and the chroot is created with the first parents", async () => {
    const plain = await open();
    const session = await open({ servers: `${server.connectString}/below/two` });
    const { watch, called } = aWatch();
    expect(await session.exists("/")).toBeUndefined();
    await session.createParents("/a");
    expect(await session.create("/a/n-", nothing, "persistent-sequential")).toBe("/a/n-0000000000");
    expect(await session.transaction([{ op: "create", path: "/a/t", data: nothing, mode: "persistent" }])).toEqual(["/a/t"]);
    expect((await plain.children("/below/two/a"))?.toSorted()).toEqual(["n-0000000000", "t"]);
    await session.children("/a", watch);
    await plain.remove("/below/two/a/t", 0);
    await called;
    await expect(session.remove("/none", -1)).rejects.toMatchObject({ path: "/none" });
  });

  test("with credentials, only they may change a node, and everyone may read it", async () => {
    const { session, root } = await openWithTree({ auth: { scheme: "digest", credentials: "op:secret" } });
    await session.create(`${root}/a`, Buffer.from("x"), "persistent");
    const others = [await open(), await open({ auth: { scheme: "digest", credentials: "op:wrong" } })];
    for (const other of others) {
      expect((await other.get(`${root}/a`))?.data.toString()).toBe("x");
      await expect(other.set(`${root}/a`, nothing, -1)).rejects.toMatchObject({ code: "NoAuth" });
      await expect(other.createParents(`${root}/a/b`)).rejects.toMatchObject({ code: "NoAuth" });
      await other.createParents(`${root}/a`); // it is there: nothing to create, nothing to refuse
    }
    await session.transaction([{ op: "set", path: `${root}/a`, data: nothing, version: 0 }]);
  });

  test("credentials are given again after the connection was lost", async () => {
    const proxy = await aProxy(server);
    const { session, root } = await openWithTree({ servers: proxy.connectString, auth: { scheme: "digest", credentials: "op:secret" } });
    proxy.cut();
    await reaches(session, "suspended");
    await reaches(session, "connected");
    await session.set(root, Buffer.from("again"), 0);
  });
});
