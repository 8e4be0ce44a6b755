// Unmodified Apache Curator and ours on one lock path, on a real server: who waits for whom, and what each sees of the other.
// That somebody waits is seen at the server, by the watch of the waiting session; nothing here waits for time to pass.
import { afterEach, describe, expect, test } from "vitest";
import { startCurator } from "../../dev/curator/curator.ts";
import { ProcessorGate } from "../../src/processor/gate.ts";
import { parseLockNode, sortLockNodes } from "../../src/protocol/lock-nodes.ts";
import { readHolders } from "../../src/zookeeper/holders.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { withCurator } from "../support/curator.ts";
import { lockOf, promoted, queued, released } from "../support/lock-world.ts";
import { aLongEvent, aPlace, aPlainGate, eventually, isState, onPath, server, session, withServer } from "../support/server-gate.ts";

withServer();

const theCurator = withCurator();

/** What a test that fails half-way leaves open: a gate would wait for its event for ever. */
const unfinished: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(unfinished.splice(0).map((end) => end()));
});

describe("a Curator reader", () => {
  test("is all that a queued run waits for; while the run is promoted, Curator's readers and writers wait", async () => {
    const { path, run } = aPlace();
    const controller = await session();
    const reader = theCurator().acquire("read", path);
    await reader.held;
    await queued(controller, run);
    const [held] = await readHolders(controller, path);
    const look = lockOf(await lookAtRun(controller, run), path);
    expect([look.aheadCount, look.ahead]).toEqual([1, [{ name: held?.name, kind: "read", owner: theCurator().address }]]);
    expect([look.foreignChildren, look.problem, look.warning]).toEqual([[], undefined, undefined]);
    await expect(promoted(controller, run)).rejects.toThrow("1 lock nodes are ahead");
    await reader.release();
    await eventually(async () => lockOf(await lookAtRun(controller, run), path).aheadCount).toBe(0);
    const [ours = ""] = await promoted(controller, run);
    const late = theCurator().acquire("read", path);
    await waitsFor(`${path}/${ours}`);
    const writer = theCurator().acquire("write", path);
    await waitsFor(await ofKind(controller, path, "read"));
    expect(await Promise.all([late.isHeld(), writer.isHeld()])).toEqual([false, false]);
    const before = process.hrtime.bigint();
    await released(controller, run);
    expect(await late.held).toBeGreaterThan(before);
    expect(await writer.isHeld()).toBe(false);
    const left = await late.release();
    expect(await writer.held).toBeGreaterThan(left);
    await writer.release();
  });

  test("that waits behind a run waits on through the run's promotion, which keeps the node's name, and holds after its release", async () => {
    const { path, run } = aPlace();
    const controller = await session();
    const [ours = ""] = await queued(controller, run);
    const reader = theCurator().acquire("read", path);
    await waitsFor(`${path}/${ours}`);
    const its = await ofKind(controller, path, "read");
    expect(await controller.get(`${path}/${ours}`)).toMatchObject({ stat: { ephemeralOwner: controller.id } });
    expect(await promoted(controller, run)).toEqual([ours]);
    expect((await controller.get(`${path}/${ours}`))?.stat.ephemeralOwner).toBeUndefined();
    // The promotion fired the watch: one that stands now was set after it, by a reader that looked and went on waiting.
    await waitsFor(`${path}/${ours}`);
    expect([await reader.isHeld(), await ofKind(controller, path, "read")]).toEqual([false, its]);
    const before = process.hrtime.bigint();
    await released(controller, run);
    expect(await reader.held).toBeGreaterThan(before);
    await reader.release();
  });

  test("whose process is killed holds until its session expires; then the run goes ahead", async () => {
    const { path, run } = aPlace();
    const controller = await session();
    const mortal = await startCurator({ connectString: server().connectString, sessionTimeoutMs: 4000 });
    try {
      await mortal.acquire("read", path).held;
      await queued(controller, run);
    } finally {
      await mortal.kill();
    }
    const { aheadCount, ahead } = lockOf(await lookAtRun(controller, run), path);
    expect([aheadCount, ahead.map(({ owner }) => owner)]).toEqual([1, [mortal.address]]);
    await eventually(async () => lockOf(await lookAtRun(controller, run), path).aheadCount).toBe(0);
    expect(await server().fourLetterWord("dump")).not.toContain(bare(mortal.session));
    const [ours = ""] = await promoted(controller, run);
    expect((await controller.children(path)) ?? []).toEqual([ours]);
  });
});

describe("a gate", () => {
  test("waits in line while a Curator writer holds, shut, and opens in its place when that releases", async () => {
    const { path } = aPlace();
    const other = await session();
    const writer = theCurator().acquire("write", path);
    await writer.held;
    const gate = await aPlainGate(path);
    await isState(gate, "paused");
    expect([gate.tryEnter(), await onPath(other, path)]).toEqual([
      false,
      [`write ${theCurator().address}`, expect.stringContaining("read ")],
    ]);
    const place = await ofKind(other, path, "read");
    const entered = gate.run(() => process.hrtime.bigint());
    const left = await writer.release();
    expect(await entered).toBeGreaterThan(left);
    await isState(gate, "open");
    expect(await ofKind(other, path, "read")).toBe(place);
  });

  test.each(["any", "signalled"] as const)(
    "(%s) that is open lets Curator's readers in, and its writers wait until it is closed",
    async (writers) => {
      const { path } = aPlace();
      const other = await session();
      const gate = await ProcessorGate.open({ zookeeper: server().connectString, lockPath: path, owner: "ours", writers });
      unfinished.push(() => gate.close());
      await gate.opened();
      const event = anEvent(gate);
      const gateNode = await ofKind(other, path, "read");
      const reader = theCurator().acquire("read", path);
      await reader.held;
      const writer = theCurator().acquire("write", path);
      await eventually(() => onPath(other, path)).toEqual(["read ours", `read ${theCurator().address}`, `write ${theCurator().address}`]);
      await reader.release();
      await waitsFor(gateNode);
      expect([await writer.isHeld(), gate.state]).toEqual([false, "open"]);
      const closed = gate.close();
      await isState(gate, "draining");
      expect(await writer.isHeld()).toBe(false);
      const left = process.hrtime.bigint();
      event.end();
      await closed;
      expect(await writer.held).toBeGreaterThan(left);
      await writer.release();
    },
  );
});

describe("names", () => {
  test("of Curator's nodes are ephemeral lock nodes to us; of our nodes lock nodes to Curator, in the same order", async () => {
    const { path, run } = aPlace();
    const controller = await session();
    const [reader, second] = [theCurator().acquire("read", path), theCurator().acquire("read", path)];
    await Promise.all([reader.held, second.held]);
    const gate = await aPlainGate(path);
    await gate.opened();
    const event = anEvent(gate); // so that it keeps its node when the run queues
    const writer = theCurator().acquire("write", path);
    await eventually(async () => (await controller.children(path))?.length).toBe(4);
    const [ours = ""] = await queued(controller, run);
    const nodes = sortLockNodes((await controller.children(path)) ?? []);
    expect(nodes.map(({ kind }) => kind)).toEqual(["read", "read", "read", "write", "write"]);
    for (const { name, kind, sortKey } of nodes) {
      expect(name).toMatch(/^_c_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-__(READ|WRIT)__\d{10}$/);
      expect([kind, sortKey]).toEqual([name.includes("WRIT") ? "write" : "read", name.slice(-10)]);
      expect(await theCurator().sortKey(name)).toBe(sortKey);
    }
    const theirs = await controller.get(`${path}/${nodes[0]?.name}`);
    expect([theirs?.stat.ephemeralOwner, theirs?.data.toString()]).toEqual([theCurator().session, theCurator().address]);
    for (const kind of ["read", "write"] as const) {
      expect(await theCurator().participants(kind, path)).toEqual(nodes.filter((node) => node.kind === kind).map(({ name }) => name));
    }
    expect(nodes.at(-1)?.name).toBe(ours);
    event.end();
    await Promise.all([reader.release(), second.release(), writer.held]);
    await writer.release();
  });

  test.each([
    "_c_1ab0458d-ab17-43e2-b6d5-be8a7835f979-lock-0000000003",
    "__READ__",
    "__WRIT____READ__0000000001",
    "__READ____WRIT__0000000001",
    "__READ__a__READ__b__WRIT__c__WRIT__",
    "x__READ__-2147483648",
    "stray",
  ])("like %s are sorted by the same text as Curator's", async (name) => {
    expect(parseLockNode(name).sortKey).toBe(await theCurator().sortKey(name));
  });
});

function anEvent(gate: ProcessorGate) {
  const event = aLongEvent(gate);
  unfinished.push(event.end);
  return event;
}

/** Waits until Curator's session watches that node. */
function waitsFor(path: string): Promise<void> {
  const watching = async () => {
    const entries = (await server().fourLetterWord("wchp")).split(/\n(?=\/)/).map((entry) => entry.split(/\s+/));
    return entries.find(([watched]) => watched === path)?.slice(1) ?? [];
  };
  return eventually(watching).toContain(bare(theCurator().session));
}

/** The path of the last node of that kind. */
async function ofKind(other: Session, path: string, kind: "read" | "write"): Promise<string> {
  return `${path}/${(await readHolders(other, path)).findLast((holder) => holder.kind === kind)?.name}`;
}

/** As the server prints session ids: without leading zeros. */
function bare(id: string): string {
  return `0x${BigInt(id).toString(16)}`;
}
