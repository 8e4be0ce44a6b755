// The processor's gate against a real server: what it lets through, and what it costs.
import { describe, expect, test } from "vitest";
import { readHolders } from "../../src/zookeeper/holders.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import { curatorNode, lockOf, promoted, queued, released } from "../support/lock-world.ts";
import {
  aLongEvent,
  anOpenGate,
  aPlace,
  aPlainGate,
  eventually,
  isState,
  onPath,
  server,
  session,
  withServer,
} from "../support/server-gate.ts";

withServer();

describe("a window", () => {
  test("drains the gate, which finishes what is in flight before it releases, and opens again after", async () => {
    const { path, run } = aPlace();
    const [{ gate }, controller] = [await anOpenGate(path), await session()];
    const event = aLongEvent(gate);
    await queued(controller, run);
    await isState(gate, "draining");
    expect(lockOf(await lookAtRun(controller, run), path).ahead.map(({ owner }) => owner)).toEqual(["10.0.0.1"]);
    event.end();
    await isState(gate, "paused");
    expect(lockOf(await lookAtRun(controller, run), path).aheadCount).toBe(0);
    await promoted(controller, run);
    const late = gate.run(() => "handled");
    await released(controller, run);
    expect(await late).toBe("handled");
    expect(await onPath(controller, path)).toEqual(["read 10.0.0.1"]);
  });

  test("never overlaps an event, over many windows and gates", async () => {
    const { path, run } = aPlace();
    const all = await Promise.all([1, 2, 3].map(() => anOpenGate(path)));
    const controller = await session();
    const seen = { events: 0, overlaps: 0, exclusive: false, over: false };
    const work = all.map(async ({ gate }) => {
      while (!seen.over) {
        await gate.run(async () => {
          if (seen.exclusive) seen.overlaps++;
          await new Promise((resolve) => setImmediate(resolve));
          if (seen.exclusive) seen.overlaps++;
          seen.events++;
        });
      }
    });
    for (let window = 0; window < 10; window++) {
      const before = seen.events;
      await eventually(() => seen.events).toBeGreaterThan(before);
      await queued(controller, run);
      await eventually(async () => lockOf(await lookAtRun(controller, run), path).aheadCount).toBe(0);
      seen.exclusive = true;
      await promoted(controller, run);
      await Promise.all(all.map(({ gate }) => isState(gate, "paused")));
      expect(all.map(({ gate }) => gate.tryEnter())).toEqual([false, false, false]);
      seen.exclusive = false;
      await released(controller, run);
    }
    seen.over = true;
    await Promise.all([...work, ...all.map(({ gate }) => gate.opened())]);
    expect(seen.overlaps).toBe(0);
  });

  test("keeps a gate shut that is opened while it is on, without a node in its queue", async () => {
    const { path, run } = aPlace();
    const controller = await session();
    await queued(controller, run);
    const gate = await aPlainGate(path);
    await isState(gate, "paused");
    expect(await onPath(controller, path)).toEqual([expect.stringContaining("write orders/")]);
    await released(controller, run);
    await isState(gate, "open");
  });

  test("without a signal keeps the gate shut too: a writer that only queues is waited for", async () => {
    const { path } = aPlace();
    const other = await session();
    const writer = await curatorNode(other, "WRIT", path);
    const gate = await aPlainGate(path);
    await isState(gate, "paused");
    expect(await onPath(other, path)).toEqual(["write 10.0.0.7", expect.stringContaining("read ")]);
    await other.remove(writer, -1);
    await isState(gate, "open");
  });
});

describe("an open gate", () => {
  test("sends nothing for 100,000 events, by its own count and by the server's", async () => {
    const { path } = aPlace();
    const { gate, present } = await anOpenGate(path);
    const received = async () => {
      const line = (await server().fourLetterWord("cons")).split("\n").find((text) => text.includes(`sid=${bareId(present().id)}`));
      return Number(/recved=(\d+)/.exec(line ?? "")?.[1]);
    };
    await eventually(received).toBeGreaterThan(0);
    const before = { server: await received(), ...gate.sent };
    for (let i = 0; i < 50_000; i++) await gate.run(() => i);
    let entered = 0;
    for (let i = 0; i < 50_000; i++) {
      if (!gate.tryEnter()) continue;
      entered++;
      gate.leave();
    }
    const heartbeats = gate.sent.heartbeats - before.heartbeats;
    expect([entered, gate.sent.requests - before.requests - heartbeats]).toEqual([50_000, 0]);
    expect((await received()) - before.server).toBeLessThanOrEqual(gate.sent.heartbeats - before.heartbeats);
  });

  test("whose read node somebody deletes shuts, finishes what is in flight and opens on a new node", async () => {
    const { path } = aPlace();
    const { gate } = await anOpenGate(path);
    const other = await session();
    const token = gate.fencingToken ?? 0n;
    const event = aLongEvent(gate);
    const [node] = await readHolders(other, path);
    await other.remove(`${path}/${node?.name}`, -1);
    await isState(gate, "draining");
    expect(await onPath(other, path)).toEqual([]);
    event.end();
    await isState(gate, "open");
    expect(gate.fencingToken).toBeGreaterThan(token);
    expect(await onPath(other, path)).toEqual(["read 10.0.0.1"]);
  });

  test("that is closed leaves nothing at the server", async () => {
    const { path } = aPlace();
    const { gate, present } = await anOpenGate(path);
    await gate.close();
    const other = await session();
    expect(await onPath(other, path)).toEqual([]);
    expect(await server().fourLetterWord("dump")).not.toContain(bareId(present().id));
  });
});

/** As the server prints session ids: without leading zeros. */
function bareId(id: string): string {
  return `0x${BigInt(id).toString(16)}`;
}
