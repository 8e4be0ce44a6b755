// How runs take their place in the queue, all of it or none: stories that hold on any ZooKeeper.
import { describe, expect, test } from "vitest";
import { writeNodePrefix } from "../../src/protocol/lock-nodes.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import { aRun, curatorNode, type LockWorld, lockOf, lockP, lockQ, promoted, queued, released, remains } from "./lock-world.ts";

const both = [lockP, lockQ];

export function runQueueStories(worldOf: () => Promise<LockWorld>): void {
  describe("a run that queues", () => {
    test("raises the signal, stands in line under Curator's name and says so, all with its session", async () => {
      const session = await (await worldOf()).open();
      const run = aRun("a");
      const [name = ""] = await queued(session, run);
      expect(name).toMatch(/^_c_[0-9a-f-]{36}-__WRIT__\d{10}$/);
      const look = await lookAtRun(session, run);
      expect(look.held).toEqual({ kind: "queued", ownSession: true });
      expect(lockOf(look)).toMatchObject({
        node: { kind: "queued", name, ownSession: true },
        signal: { kind: "ours", runs: ["a"], persistent: false },
        ahead: [],
        aheadCount: 0,
        predecessor: undefined,
        writersAheadOfOthers: false,
        foreignChildren: [],
        ownNodes: [name],
      });
      expect(lockOf(look)).not.toHaveProperty("problem");
    });

    test("leaves nothing behind when its session ends before promotion", async () => {
      const world = await worldOf();
      const [first, second] = [await world.open(), await world.open()];
      await queued(first, aRun("a", both));
      await world.expire(first);
      expect(await remains(second)).toEqual([]);
      const look = await lookAtRun(second, aRun("a", both));
      expect([look.held.kind, lockOf(look).node.kind, lockOf(look).signal.kind]).toEqual(["absent", "absent", "none"]);
    });

    test("stands behind readers, and sees who they are and whom to watch", async () => {
      const session = await (await worldOf()).open();
      const readers = [await curatorNode(session, "READ"), await curatorNode(session, "READ", lockP.path, "10.0.0.8")];
      await queued(session, aRun("a"));
      await curatorNode(session, "READ", lockP.path, "10.0.0.9");
      const lock = lockOf(await lookAtRun(session, aRun("a")));
      expect(lock.ahead.map(({ kind, owner }) => `${kind} ${owner}`)).toEqual(["read 10.0.0.7", "read 10.0.0.8"]);
      expect(`${lock.path}/${lock.predecessor}`).toBe(readers[1]);
      expect([lock.aheadCount, lock.writersAheadOfOthers]).toEqual([2, false]);
    });

    test("lists the first 20 that are ahead and counts all", async () => {
      const session = await (await worldOf()).open();
      for (let i = 0; i < 23; i++) await curatorNode(session, "READ");
      await queued(session, aRun("a"));
      const lock = lockOf(await lookAtRun(session, aRun("a")));
      expect([lock.ahead.length, lock.aheadCount, lock.predecessor?.slice(-10)]).toEqual([20, 23, "0000000022"]);
    });

    test("joins the signal of a run before it, and knows that run as its rival", async () => {
      const session = await (await worldOf()).open();
      await queued(session, aRun("a"));
      await queued(session, aRun("b", [lockP], "other"));
      const look = await lookAtRun(session, aRun("b", [lockP], "other"));
      expect(lockOf(look)).toMatchObject({ signal: { kind: "ours", runs: ["a", "b"] }, aheadCount: 1, writersAheadOfOthers: true });
      expect(lockOf(look).ahead.map(({ owner }) => owner)).toEqual(["orders/window-a run a"]);
      expect(look.rivals).toEqual([{ installation: "main", runId: "a", window: aRun("a").window, exclusive: false, paths: ["/locks/p"] }]);
    });

    test("stands in the same order on every path as another run that queues on them", async () => {
      const session = await (await worldOf()).open();
      await queued(session, aRun("a", [lockP, lockQ]));
      await queued(session, aRun("b", [lockQ, lockP]));
      const [a, b] = [await lookAtRun(session, aRun("a", both)), await lookAtRun(session, aRun("b", both))];
      expect(a.locks.map((lock) => lock.aheadCount)).toEqual([0, 0]);
      expect(b.locks.map((lock) => lock.aheadCount)).toEqual([1, 1]);
    });

    test("raises one signal once where its locks share it", async () => {
      const session = await (await worldOf()).open();
      const locks = [lockP, { path: lockQ.path, signalPath: lockP.signalPath }];
      expect(await queued(session, aRun("a", locks))).toHaveLength(2);
      await promoted(session, aRun("a", locks));
      await released(session, aRun("a", locks));
      expect(await remains(session)).toEqual([]);
    });

    test("queues anew on all paths when it lost its place on one", async () => {
      const session = await (await worldOf()).open();
      const run = aRun("a", both);
      const before = await queued(session, run);
      const reader = await curatorNode(session, "READ");
      await session.remove(lockQ.signalPath, -1);
      const after = await queued(session, run);
      const look = await lookAtRun(session, run);
      expect(after).not.toEqual(before);
      expect(look.locks.map((lock) => lock.ownNodes)).toEqual(after.map((name) => [name]));
      expect([lockOf(look).predecessor, lockOf(look, lockQ.path).aheadCount]).toEqual([reader.slice(lockP.path.length + 1), 0]);
      expect(look.locks.map((lock) => lock.signal.kind)).toEqual(["ours", "ours"]);
    });

    test("takes over what another controller's session queued for it", async () => {
      const world = await worldOf();
      const [first, second] = [await world.open(), await world.open()];
      await queued(first, aRun("a"));
      expect((await lookAtRun(second, aRun("a"))).held).toEqual({ kind: "queued", ownSession: false });
      await queued(second, aRun("a"));
      const look = await lookAtRun(second, aRun("a"));
      expect([look.held, lockOf(look).ownNodes.length]).toEqual([{ kind: "queued", ownSession: true }, 1]);
    });

    test("removes every node of its own where two came to stand", async () => {
      const session = await (await worldOf()).open();
      await queued(session, aRun("a"));
      await session.create(`${lockP.path}/${writeNodePrefix("a")}`, Buffer.alloc(0), "ephemeral-sequential");
      const double = lockOf(await lookAtRun(session, aRun("a")));
      expect([double.ownNodes.length, double.aheadCount]).toEqual([2, 0]);
      const names = await queued(session, aRun("a"));
      expect(lockOf(await lookAtRun(session, aRun("a"))).ownNodes).toEqual(names);
    });
  });
}
