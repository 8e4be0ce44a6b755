// How a run's hold is made to outlive its controller: stories that hold on any ZooKeeper.
import { describe, expect, test } from "vitest";
import { promoteRun, raiseSignals } from "../../src/zookeeper/promote.ts";
import { queueRun } from "../../src/zookeeper/queue.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import { aRun, curatorNode, done, type LockWorld, lockOf, lockP, lockQ, promoted, queued, treeOf } from "./lock-world.ts";

const both = [lockP, lockQ];

export function runPromotionStories(worldOf: () => Promise<LockWorld>): void {
  describe("a run that is promoted", () => {
    test("keeps its name and its place, and outlives its session", async () => {
      const world = await worldOf();
      const [first, second] = [await world.open(), await world.open()];
      const run = aRun("a", both);
      const names = await queued(first, run);
      const before = await lookAtRun(first, run);
      expect(await promoted(first, run)).toEqual(names);
      await world.expire(first);
      const look = await lookAtRun(second, run);
      expect(look.held).toEqual({ kind: "promoted", ownSession: false });
      for (const [i, lock] of look.locks.entries()) {
        expect(lock).toMatchObject({ node: { kind: "promoted", name: names[i] }, signal: { kind: "ours", runs: ["a"], persistent: true } });
      }
      const [was, is] = [lockOf(before).node, lockOf(look).node];
      expect(was.kind !== "absent" && is.kind !== "absent" && is.czxid > was.czxid).toBe(true);
    });

    test("can be promoted by another session than the one that queued it", async () => {
      const world = await worldOf();
      const [first, second] = [await world.open(), await world.open()];
      await queued(first, aRun("a"));
      await promoted(second, aRun("a"));
      await world.expire(first);
      expect((await lookAtRun(second, aRun("a"))).held.kind).toBe("promoted");
    });

    test("is not promoted while anybody is ahead, unsignalled or unqueued, and nothing changes", async () => {
      const session = await (await worldOf()).open();
      const reader = await curatorNode(session, "READ");
      const refused = async (says: string) => {
        const before = await treeOf(session);
        const result = await promoteRun(session, aRun("a"), await lookAtRun(session, aRun("a")));
        expect(result).toEqual({ kind: "stale", message: expect.stringContaining(says) });
        expect(await treeOf(session)).toEqual(before);
      };
      await refused("not queued");
      await queued(session, aRun("a"));
      await refused("1 lock nodes are ahead");
      await session.remove(reader, -1);
      await session.remove(lockP.signalPath, -1);
      await refused("does not stand for run a");
      await queued(session, aRun("a"));
      await promoted(session, aRun("a"));
      await refused("not queued (promoted)");
    });

    test("never gives its place in the queue up", async () => {
      const session = await (await worldOf()).open();
      await queued(session, aRun("a"));
      await promoted(session, aRun("a"));
      await expect(queueRun(session, aRun("a"), await lookAtRun(session, aRun("a")))).rejects.toThrow("is promoted");
    });

    test("raises a signal that was deleted again, to stay", async () => {
      const world = await worldOf();
      const [first, second] = [await world.open(), await world.open()];
      await queued(first, aRun("a", both));
      await promoted(first, aRun("a", both));
      await second.remove(lockQ.signalPath, -1);
      done(await raiseSignals(first, aRun("a", both), await lookAtRun(first, aRun("a", both))));
      await world.expire(first);
      const look = await lookAtRun(second, aRun("a", both));
      expect(lockOf(look, lockQ.path).signal).toMatchObject({ kind: "ours", runs: ["a"], persistent: true });
    });

    test("makes a signal stay that a later run raised in between with its session", async () => {
      const world = await worldOf();
      const [first, second] = [await world.open(), await world.open()];
      await queued(first, aRun("a"));
      await promoted(first, aRun("a"));
      await first.remove(lockP.signalPath, -1);
      await queued(second, aRun("b"));
      done(await raiseSignals(first, aRun("a"), await lookAtRun(first, aRun("a"))));
      await world.expire(second);
      expect(lockOf(await lookAtRun(first, aRun("a"))).signal).toMatchObject({ runs: ["b", "a"], persistent: true });
    });

    test("has nothing to raise while its signals are up, or before promotion", async () => {
      const session = await (await worldOf()).open();
      await queued(session, aRun("a"));
      const raise = async () => raiseSignals(session, aRun("a"), await lookAtRun(session, aRun("a")));
      expect((await raise()).kind).toBe("stale");
      await promoted(session, aRun("a"));
      const before = await treeOf(session);
      expect((await raise()).kind).toBe("done");
      expect(await treeOf(session)).toEqual(before);
    });
  });
}
