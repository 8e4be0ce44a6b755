// Readers that are asked to release, on a real server: an unmodified Curator's revocable lock hears of it, everybody else is left
// alone.
import { describe, expect, test } from "vitest";
import { readersAhead, revokeReaders } from "../../src/zookeeper/revoke.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import { withCurator } from "../support/curator.ts";
import { curatorNode, lockOf, queued, released } from "../support/lock-world.ts";
import { anOpenGate, aPlace, eventually, session, withServer } from "../support/server-gate.ts";

withServer();

const theCurator = withCurator();

describe("of the readers that a run waits for", () => {
  test("Curator's revocable one is asked once, releases, and the run is first", async () => {
    const { path, run } = aPlace();
    const controller = await session();
    const reader = theCurator().acquireRevocable(path);
    await reader.held;
    await queued(controller, run);
    const look = await lookAtRun(controller, run);
    const [ahead, ...others] = await readersAhead(controller, look);
    expect([ahead, others]).toEqual([{ path, name: expect.any(String), kind: "read", owner: "", version: 0, isRevocable: true }, []]);
    const before = process.hrtime.bigint();
    expect(await revokeReaders(controller, look, ahead === undefined ? [] : [ahead])).toEqual([ahead?.name]);
    expect(await reader.revoked).toBeGreaterThan(before);
    await eventually(async () => lockOf(await lookAtRun(controller, run), path).aheadCount).toBe(0);
  });

  test("one that was asked is not revocable any more, and one that changed since the look is not asked", async () => {
    const { path, run } = aPlace();
    const [controller, other] = [await session(), await session()];
    const node = await curatorNode(other, "READ", path, "");
    await queued(controller, run);
    const look = await lookAtRun(controller, run);
    const [ahead] = await readersAhead(controller, look);
    if (ahead === undefined) throw new Error("nobody is ahead");
    expect(await revokeReaders(controller, look, [{ ...ahead, version: 1 }])).toEqual([]);
    expect(await revokeReaders(controller, look, [ahead])).toEqual([ahead.name]);
    expect((await other.get(node))?.data.toString()).toBe("__REVOKE__");
    expect(await readersAhead(controller, look)).toMatchObject([{ name: ahead.name, owner: "__REVOKE__", isRevocable: false }]);
    expect(await revokeReaders(controller, look, [ahead])).toEqual([]);
    await other.remove(node, -1);
    expect(await revokeReaders(controller, look, [ahead])).toEqual([]);
  });

  test("a gate of ours and a Curator lock that is not revocable are not asked, and who stands behind the run is not looked at", async () => {
    const { path, run } = aPlace();
    const controller = await session();
    await anOpenGate(path);
    const plain = theCurator().acquire("read", path);
    await plain.held;
    await queued(controller, run);
    await curatorNode(controller, "READ", path, "");
    const readers = await readersAhead(controller, await lookAtRun(controller, run));
    expect(readers.filter(({ isRevocable }) => isRevocable)).toEqual([]);
    expect(readers.map(({ owner }) => owner)).toContain(theCurator().address);
    expect(readers.map(({ owner }) => owner)).not.toContain("");
    await plain.release();
  });

  test("nobody is asked for a run that has lost its place, or was released since the look", async () => {
    const { path, run } = aPlace();
    const [controller, other] = [await session(), await session()];
    const node = await curatorNode(other, "READ", path, "");
    await queued(controller, run);
    const look = await lookAtRun(controller, run);
    const ahead = await readersAhead(controller, look);
    await released(controller, run);
    expect(await revokeReaders(controller, look, ahead)).toEqual([]);
    expect(await revokeReaders(controller, await lookAtRun(controller, run), ahead)).toEqual([]);
    expect((await other.get(node))?.data.length).toBe(0);
  });
});
