import { describe, expect, test } from "vitest";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { readNodePrefix, writeNodePrefix } from "../protocol/lock-nodes.ts";
import { createStanding } from "./standing.ts";

const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

async function aPath() {
  const session = new MemorySession(new MemoryZooKeeper());
  await session.createParents("/orders/a");
  await session.createParents("/orders/b");
  const read = (path: string, n: number) =>
    session.create(`${path}/${readNodePrefix(uuid(n))}`, Buffer.from(`10.0.0.${n}`), "ephemeral-sequential");
  const look = createStanding();
  return { session, read, look: () => look(session, ["/orders/a", "/orders/b"]) };
}

describe("who stands on lock paths", () => {
  test("is told with the readers' owners, the writers' number and what else stands there", async () => {
    const { session, read, look } = await aPath();
    await read("/orders/a", 1);
    await read("/orders/b", 2);
    await session.create(`/orders/b/${writeNodePrefix("run-1")}`, Buffer.alloc(0), "ephemeral-sequential");
    const kazoos = `${"0".repeat(32)}__rlock__0000000010`;
    for (const name of ["note", "read-0000000009", kazoos]) {
      await session.create(`/orders/b/${name}`, Buffer.alloc(0), "persistent");
    }
    expect(await look()).toMatchObject({
      readers: [{ owner: "10.0.0.1" }, { owner: "10.0.0.2" }],
      writerCount: 1,
      foreign: [
        `/orders/b/${kazoos}: a read lock of Python's kazoo`,
        "/orders/b/note: no lock node",
        "/orders/b/read-0000000009: a read lock in the dialect ZooKeeperRecipe",
      ],
    });
  });

  test("is nobody where the path does not exist", async () => {
    const session = new MemorySession(new MemoryZooKeeper());
    expect(await createStanding()(session, ["/nowhere"])).toEqual({ readers: [], writerCount: 0, foreign: [] });
  });

  test("costs one read for each reader that is new, and forgets those that are gone", async () => {
    const { session, read, look } = await aPath();
    const requestsOf = async () => {
      const before = session.sent.requests;
      const { readers } = await look();
      return { owners: readers.map(({ owner }) => owner), requests: session.sent.requests - before };
    };
    const first = await read("/orders/a", 1);
    const { requests: withOne } = await requestsOf();
    const { requests: idle } = await requestsOf();
    expect(withOne - idle).toBe(1);
    for (const n of [2, 3]) await read("/orders/b", n);
    await session.remove(first, 0);
    expect(await requestsOf()).toEqual({ owners: ["10.0.0.2", "10.0.0.3"], requests: idle + 2 });
    expect((await requestsOf()).requests).toBe(idle);
  });
});
