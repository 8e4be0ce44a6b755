// How runs leave their locks, and what they make of nodes that are not theirs: stories that hold on any ZooKeeper.
import { describe, expect, test } from "vitest";
import { heldPath } from "../../src/protocol/paths.ts";
import { readHolders } from "../../src/zookeeper/holders.ts";
import { promoteRun, raiseSignals } from "../../src/zookeeper/promote.ts";
import { queueRun } from "../../src/zookeeper/queue.ts";
import { releaseRun } from "../../src/zookeeper/release.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import { listHeld } from "../../src/zookeeper/sweep.ts";
import { aRun, curatorNode, type LockWorld, lockOf, lockP, lockQ, promoted, put, queued, released, remains, treeOf } from "./lock-world.ts";

const both = [lockP, lockQ];

export function runReleaseStories(worldOf: () => Promise<LockWorld>): void {
  releaseStories(worldOf);
  strangerStories(worldOf);
}

function releaseStories(worldOf: () => Promise<LockWorld>): void {
  describe("a run that is released", () => {
    test("leaves nothing but fences and parents", async () => {
      const session = await (await worldOf()).open();
      for (const promote of [false, true]) {
        await queued(session, aRun("a", both));
        if (promote) await promoted(session, aRun("a", both));
        await released(session, aRun("a", both));
        expect(await remains(session)).toEqual([]);
      }
    });

    test("leaves the signal up for a run that stands behind it", async () => {
      const session = await (await worldOf()).open();
      await queued(session, aRun("a"));
      await promoted(session, aRun("a"));
      await queued(session, aRun("b"));
      await released(session, aRun("a"));
      const lock = lockOf(await lookAtRun(session, aRun("b")));
      expect([lock.signal, lock.aheadCount]).toMatchObject([{ kind: "ours", runs: ["b"] }, 0]);
      await promoted(session, aRun("b"));
      await released(session, aRun("b"));
      expect(await remains(session)).toEqual([]);
    });

    test("sends nothing where nothing of it stands", async () => {
      const session = await (await worldOf()).open();
      await queued(session, aRun("b"));
      const look = await lookAtRun(session, aRun("a"));
      const before = await treeOf(session);
      expect(await releaseRun(session, aRun("a"), look)).toEqual({ kind: "done" });
      expect(await treeOf(session)).toEqual(before);
    });

    test("takes owners that are gone out with it, whatever their installation", async () => {
      const world = await worldOf();
      const [first, second] = [await world.open(), await world.open()];
      await queued(first, aRun("a"));
      await queued(second, aRun("b"));
      await queued(second, aRun("c", [lockP], "unheard-of"));
      await world.expire(second);
      await first.remove("/exclusive-windows/_held/unheard-of", -1);
      expect(lockOf(await lookAtRun(first, aRun("a"))).signal).toMatchObject({ runs: ["a", "b", "c"] });
      await released(first, aRun("a"));
      expect(await remains(first)).toEqual([]);
    });

    test("can be released when parts of it were deleted by hand", async () => {
      const session = await (await worldOf()).open();
      const parts = [lockP.signalPath, heldPath("main", "a"), "/exclusive-windows/_fences/locks:p-signal"];
      for (const part of parts) {
        await queued(session, aRun("a", both));
        await promoted(session, aRun("a", both));
        await session.remove(part, -1);
        await released(session, aRun("a", both));
        expect(await remains(session)).toEqual([]);
      }
    });
  });
}

function strangerStories(worldOf: () => Promise<LockWorld>): void {
  describe("what strangers leave", () => {
    test("a signal that is not ours is waited for, not joined", async () => {
      const session = await (await worldOf()).open();
      await session.createParents("/locks");
      await put(session, lockP.signalPath, "maintenance");
      const look = await lookAtRun(session, aRun("a"));
      const before = await treeOf(session);
      expect(lockOf(look).signal).toMatchObject({ kind: "foreign", message: expect.stringContaining("maintenance") });
      expect((await queueRun(session, aRun("a"), look)).kind).toBe("stale");
      expect(await treeOf(session)).toEqual(before);
    });

    test("a signal that was overwritten stays when its run is released, and is not raised over", async () => {
      const session = await (await worldOf()).open();
      await queued(session, aRun("a"));
      await promoted(session, aRun("a"));
      await session.set(lockP.signalPath, Buffer.from("mine now"), -1);
      expect(await raiseSignals(session, aRun("a"), await lookAtRun(session, aRun("a")))).toEqual({ kind: "done" });
      await released(session, aRun("a"));
      expect(await remains(session)).toEqual([lockP.signalPath]);
      expect((await session.get(lockP.signalPath))?.data.toString()).toBe("mine now");
    });

    test("children that are no lock nodes are reported, and waited for where they sort before", async () => {
      const session = await (await worldOf()).open();
      await session.createParents(lockP.path);
      for (const name of ["0-note", "signal"]) await put(session, `${lockP.path}/${name}`, "");
      await queued(session, aRun("a"));
      const lock = lockOf(await lookAtRun(session, aRun("a")));
      expect(lock.foreignChildren).toEqual(["0-note", "signal"]);
      expect(lock.ahead).toEqual([{ name: "0-note", kind: "foreign", owner: "" }]);
    });

    test("a wrapped sequence stops runs from queueing and from being promoted", async () => {
      const session = await (await worldOf()).open();
      const run = aRun("a");
      await queued(session, run);
      const sound = await lookAtRun(session, run);
      await put(session, `${lockP.path}/x__READ__-2147483648`, "");
      const look = await lookAtRun(session, run);
      expect(lockOf(look).problem).toContain("/locks/p: the server's counter overflowed");
      expect((await queueRun(session, run, look)).kind).toBe("stale");
      const promotable = { ...sound, locks: sound.locks.map((lock) => ({ ...lock, problem: "wrapped" })) };
      expect(await promoteRun(session, run, promotable)).toEqual({ kind: "stale", message: "wrapped" });
    });

    test("a sequence past half of its numbers is a warning only", async () => {
      const session = await (await worldOf()).open();
      await session.createParents(lockP.path);
      await put(session, `${lockP.path}/x__READ__1073741825`, "");
      const lock = lockOf(await lookAtRun(session, aRun("a")));
      expect([lock.problem, lock.warning]).toEqual([undefined, expect.stringContaining("/locks/p")]);
    });

    test("a held entry that nobody can read is still a rival, with an unknown window", async () => {
      const session = await (await worldOf()).open();
      await session.createParents("/exclusive-windows/_held/main");
      await put(session, "/exclusive-windows/_held/main/x", "{}");
      const unknown = { installation: "main", runId: "x", window: undefined, exclusive: true };
      expect((await lookAtRun(session, aRun("a"))).rivals).toEqual([{ ...unknown, paths: [] }]);
      expect(await listHeld(session, "main")).toEqual([{ ...unknown, ownSession: false, sinceMs: expect.any(Number), locks: [] }]);
    });

    test("the holders of a lock path are listed in their order, up to a limit", async () => {
      const session = await (await worldOf()).open();
      expect(await readHolders(session, lockP.path)).toEqual([]);
      await curatorNode(session, "READ");
      await queued(session, aRun("a"));
      await curatorNode(session, "READ", lockP.path, "");
      const owners = async (limit?: number) => (await readHolders(session, lockP.path, limit)).map(({ kind, owner }) => `${kind} ${owner}`);
      expect(await owners()).toEqual(["read 10.0.0.7", "write orders/window-a run a", "read "]);
      expect(await owners(1)).toEqual(["read 10.0.0.7"]);
    });
  });
}
