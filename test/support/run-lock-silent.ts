// Runs on locks without a signal, many at once, as a day's data has them: stories that hold on any ZooKeeper.
import { describe, expect, test } from "vitest";
import { heldPath, windowFencePath } from "../../src/protocol/paths.ts";
import { queueRun } from "../../src/zookeeper/queue.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import { sweepSignals } from "../../src/zookeeper/sweep.ts";
import { watchRun } from "../../src/zookeeper/watch-run.ts";
import {
  aRun,
  curatorNode,
  done,
  type LockWorld,
  lockOf,
  lockP,
  promoted,
  queued,
  released,
  remains,
  silentHours,
  treeOf,
} from "./lock-world.ts";

const day = silentHours(24);

export function runSilentStories(worldOf: () => Promise<LockWorld>): void {
  describe("a run on locks without a signal", () => {
    test.each([24, 256])("takes %i of them in one transaction, keeps them in another and releases them in a third", async (count) => {
      const world = await worldOf();
      const [session, witness] = [await world.open(), await world.open()];
      const run = aRun("a", silentHours(count));
      const names = await queued(session, run);
      expect(new Set(await zxids(session, run)).size).toBe(1);
      expect(await promoted(session, run)).toEqual(names);
      expect(new Set(await zxids(session, run)).size).toBe(1);
      await world.expire(session);
      const look = await lookAtRun(witness, run);
      expect(look.locks.map(({ node }) => node.kind)).toEqual(Array(count).fill("promoted"));
      expect((await remains(witness)).length).toBe(count + 1);
      await released(witness, run);
      expect(await remains(witness)).toEqual([]);
      expect(await witness.exists(windowFencePath("uid-a"))).toMatchObject({ version: 3 });
    });

    test("raises nothing, waits for whoever reads, and keeps out whoever comes later", async () => {
      const session = await (await worldOf()).open();
      const reader = await curatorNode(session, "READ", "/hours/h7");
      const run = aRun("a", day);
      await queued(session, run);
      expect(Object.keys(await treeOf(session)).filter((path) => path.includes("signal"))).toEqual([]);
      const waiting = await lookAtRun(session, run);
      expect(waiting.locks.filter(({ aheadCount }) => aheadCount > 0).map(({ path }) => path)).toEqual(["/hours/h7"]);
      await session.remove(reader, -1);
      await curatorNode(session, "READ", "/hours/h7");
      await promoted(session, run);
      const look = await lookAtRun(session, run);
      expect(look.locks.map(({ aheadCount }) => aheadCount)).toEqual(Array(24).fill(0));
      expect(lockOf(look, "/hours/h7")).toMatchObject({ signalPath: "", signal: { kind: "none" } });
    });

    test("may have others that do", async () => {
      const session = await (await worldOf()).open();
      const run = aRun("a", [...day, lockP]);
      await queued(session, run);
      await promoted(session, run);
      const look = await lookAtRun(session, run);
      expect(lockOf(look).signal).toMatchObject({ kind: "ours", runs: ["a"], persistent: true });
      expect(await sweepSignals(session)).toBe(0);
      await released(session, run);
      expect(await remains(session)).toEqual([]);
    });

    test("that another controller took meanwhile is not queued anew on an old look", async () => {
      const world = await worldOf();
      const [first, second] = [await world.open(), await world.open()];
      const run = aRun("a", day);
      await queued(first, run);
      for (const { path, ownNodes } of (await lookAtRun(first, run)).locks) await first.remove(`${path}/${ownNodes[0]}`, -1);
      const old = await lookAtRun(second, run);
      done(await queueRun(first, run, await lookAtRun(first, run)));
      await promoted(first, run);
      const before = await treeOf(second);
      expect(await queueRun(second, run, old)).toMatchObject({ kind: "stale", message: expect.stringContaining(windowFencePath("uid-a")) });
      expect(await treeOf(second)).toEqual(before);
      expect((await first.exists(heldPath("main", "a")))?.ephemeralOwner).toBeUndefined();
    });

    test("wakes when the reader right before it releases", async () => {
      const session = await (await worldOf()).open();
      const reader = await curatorNode(session, "READ", "/hours/h7");
      const run = aRun("a", day);
      await queued(session, run);
      const changed = Promise.withResolvers<void>();
      await watchRun(session, run, await lookAtRun(session, run), changed.resolve);
      await session.remove(reader, -1);
      await changed.promise;
    });
  });
}

async function zxids(session: Parameters<typeof lookAtRun>[0], run: ReturnType<typeof aRun>): Promise<readonly bigint[]> {
  const look = await lookAtRun(session, run);
  return look.locks.map(({ node }) => (node.kind === "absent" ? 0n : node.czxid));
}
