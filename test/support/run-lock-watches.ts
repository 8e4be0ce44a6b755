// What wakes whoever drives a run, and what the sweep clears away: stories that hold on any ZooKeeper.
import { describe, expect, test } from "vitest";
import { heldPath } from "../../src/protocol/paths.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { listHeld, sweepSignals } from "../../src/zookeeper/sweep.ts";
import { watchRun } from "../../src/zookeeper/watch-run.ts";
import { aRun, curatorNode, type LockWorld, lockOf, lockP, lockQ, promoted, put, queued, released, remains, treeOf } from "./lock-world.ts";

const both = [lockP, lockQ];

/** Watches after a look; the answer resolves at the first call and counts the calls. */
async function watched(session: Session, run: ReturnType<typeof aRun>, between?: () => Promise<unknown>) {
  const look = await lookAtRun(session, run);
  await between?.();
  const calls = { count: 0, called: Promise.resolve() };
  await new Promise<void>((armed, failed) => {
    calls.called = new Promise((resolve) => {
      const onChange = () => {
        calls.count++;
        resolve();
      };
      watchRun(session, run, look, onChange).then(armed, failed);
    });
  });
  return calls;
}

export function runWatchStories(worldOf: () => Promise<LockWorld>): void {
  describe("whoever drives a run is woken", () => {
    test.each([
      { what: "the node before it goes", act: (_o: Session, reader: string) => (other: Session) => other.remove(reader, -1) },
      { what: "a signal of it goes", act: () => (other: Session) => other.remove(lockQ.signalPath, -1) },
      { what: "a signal of it is changed", act: () => (other: Session) => queued(other, aRun("b", [lockQ])) },
      { what: "a write node of it goes", act: (node: Session) => async (other: Session) => other.remove(await ownNode(node), -1) },
    ])("once, when $what, also if that is before it is watched", async ({ act }) => {
      const world = await worldOf();
      for (const early of [false, true]) {
        const [session, other] = [await world.open(), await world.open()];
        const reader = await curatorNode(other, "READ");
        await queued(session, aRun("a", both));
        const change = () => act(session, reader)(other);
        const calls = await watched(session, aRun("a", both), early ? change : undefined);
        if (!early) await change();
        await calls.called;
        await session.sync("/");
        expect(calls.count).toBe(1);
        await Promise.all([world.expire(session), world.expire(other)]);
      }
    });

    test("when a signal appears that it waits for without a place in the queue", async () => {
      const world = await worldOf();
      const [session, other] = [await world.open(), await world.open()];
      const calls = await watched(session, aRun("a"));
      await queued(other, aRun("b"));
      await calls.called;
      expect(calls.count).toBe(1);
    });

    test("by nothing else on the path: not by readers before its predecessor, nor by those behind it", async () => {
      const world = await worldOf();
      const [session, other] = [await world.open(), await world.open()];
      const [first, second] = [await curatorNode(other, "READ"), await curatorNode(other, "READ")];
      await queued(session, aRun("a"));
      const calls = await watched(session, aRun("a"));
      await other.remove(first, -1);
      await other.remove(await curatorNode(other, "READ"), -1);
      await session.sync("/");
      await lookAtRun(session, aRun("a"));
      expect(calls.count).toBe(0);
      await other.remove(second, -1);
      await calls.called;
      expect(calls.count).toBe(1);
    });
  });

  sweepStories(worldOf);
}

async function ownNode(session: Session): Promise<string> {
  const { node, path } = lockOf(await lookAtRun(session, aRun("a", both)));
  return node.kind === "absent" ? path : `${path}/${node.name}`;
}

function sweepStories(worldOf: () => Promise<LockWorld>): void {
  describe("the sweep", () => {
    test("takes owners that are gone out of every signal, and leaves those that live", async () => {
      const world = await worldOf();
      const [living, dying] = [await world.open(), await world.open()];
      await queued(living, aRun("a"));
      await promoted(living, aRun("a"));
      await queued(dying, aRun("b", both));
      await queued(living, aRun("c", [lockQ], "other"));
      await world.expire(dying);
      await living.createParents("/locks");
      await queued(living, aRun("c", [lockQ], "other"));
      expect(await sweepSignals(living)).toBe(1);
      expect(lockOf(await lookAtRun(living, aRun("a"))).signal).toMatchObject({ runs: ["a"] });
      expect(lockOf(await lookAtRun(living, aRun("c", [lockQ], "other")), lockQ.path).signal).toMatchObject({ runs: ["c"] });
      expect(await sweepSignals(living)).toBe(0);
    });

    test("deletes a signal that stands for nobody any more", async () => {
      const session = await (await worldOf()).open();
      await queued(session, aRun("a"));
      await promoted(session, aRun("a"));
      const { ownNodes } = lockOf(await lookAtRun(session, aRun("a")));
      await session.remove(heldPath("main", "a"), -1);
      for (const name of ownNodes) await session.remove(`${lockP.path}/${name}`, -1);
      expect(await sweepSignals(session)).toBe(1);
      expect(await remains(session)).toEqual([]);
      await queued(session, aRun("a"));
      await released(session, aRun("a"));
      await put(session, lockP.signalPath, '{"runs":[]}');
      expect(await sweepSignals(session)).toBe(0);
      expect(await remains(session)).toEqual([]);
    });

    test("leaves signals that are not ours, names that are no fences, and an empty tree as they are", async () => {
      const session = await (await worldOf()).open();
      expect(await sweepSignals(session)).toBe(0);
      await queued(session, aRun("a"));
      await released(session, aRun("a"));
      await put(session, lockP.signalPath, "maintenance");
      await put(session, "/exclusive-windows/_fences/..:x", "");
      const before = await treeOf(session);
      expect(await sweepSignals(session)).toBe(0);
      expect(await treeOf(session)).toEqual(before);
    });

    test("lists what the runs of one installation hold, with their windows and locks", async () => {
      const world = await worldOf();
      const [session, other] = [await world.open(), await world.open()];
      expect(await listHeld(session, "main")).toEqual([]);
      await queued(session, aRun("a", both));
      await promoted(session, aRun("a", both));
      await queued(other, aRun("b"));
      await queued(session, aRun("c", [lockP], "other"));
      const sinceMs = expect.any(Number);
      const held = (await listHeld(session, "main")).toSorted((x, y) => (x.runId < y.runId ? -1 : 1));
      expect(held).toEqual([
        { installation: "main", runId: "a", exclusive: true, ownSession: false, sinceMs, window: aRun("a").window, locks: both },
        { installation: "main", runId: "b", exclusive: false, ownSession: false, sinceMs, window: aRun("b").window, locks: [lockP] },
      ]);
    });
  });
}
