import { describe, expect, test } from "vitest";
import { aRun, curatorNode, lockP, queued, released } from "../../test/support/lock-world.ts";
import { aGate, type Opened, present, readNodes } from "../../test/support/memory-gate.ts";

/** A gate behind writers that raise no signal, and what takes them away, first in line first. */
async function aGateBehind(writers: number) {
  const nodes: string[] = [];
  const before = async (other: Opened["other"]) => {
    for (let i = 0; i < writers; i++) nodes.push(await curatorNode(other, "WRIT"));
  };
  const opened = await aGate({}, { before });
  const go = async (index: number) => {
    await opened.other.remove(nodes[index] ?? "", -1);
    await opened.settle();
  };
  return { opened, go };
}

describe("a gate behind writers that raise no signal", () => {
  test("keeps its place in line, shut, and opens in it when they have gone", async () => {
    const { opened, go } = await aGateBehind(1);
    const place = readNodes(opened);
    expect([opened.gate.state, opened.states, place.length, opened.gate.fencingToken]).toEqual([
      "paused",
      ["opening", "paused"],
      1,
      undefined,
    ]);
    await curatorNode(opened.other, "WRIT"); // behind it: nothing to wait for
    await go(0);
    expect([opened.gate.state, readNodes(opened)]).toEqual(["open", place]);
    expect(opened.gate.fencingToken).toBe(opened.zookeeper.tree.get(`${lockP.path}/${place[0]}`)?.czxid);
  });

  test("waits for the first of them too, though the last one gave up before", async () => {
    const { opened, go } = await aGateBehind(3);
    await go(2);
    await go(1);
    expect([opened.gate.state, opened.gate.tryEnter()]).toEqual(["paused", false]);
    await go(0);
    expect(opened.gate.state).toBe("open");
  });

  test("lists the queue no more while the one that it waits for stands", async () => {
    const { opened } = await aGateBehind(1);
    let lists = 0;
    const session = present(opened);
    const children = session.children.bind(session);
    session.children = (path, watch) => {
      lists++;
      return children(path, watch);
    };
    await opened.clock.advance(3_600_000);
    expect([opened.gate.state, lists]).toEqual(["paused", 0]);
  });

  test("gives its place up when a signal comes up, and takes a new one when that is gone", async () => {
    const { opened, go } = await aGateBehind(1);
    const place = readNodes(opened);
    await queued(opened.other, aRun("a"));
    await opened.settle();
    expect([opened.gate.state, readNodes(opened)]).toEqual(["paused", []]);
    await released(opened.other, aRun("a"));
    await opened.settle();
    expect([opened.gate.state, readNodes(opened).length, readNodes(opened)[0] === place[0]]).toEqual(["paused", 1, false]);
    await go(0);
    expect(opened.gate.state).toBe("open");
  });

  test("takes a new place when somebody deletes its node", async () => {
    const { opened, go } = await aGateBehind(1);
    const place = readNodes(opened);
    await opened.other.remove(`${lockP.path}/${place[0]}`, -1);
    await opened.settle();
    expect([opened.gate.state, readNodes(opened).length, readNodes(opened)[0] === place[0]]).toEqual(["paused", 1, false]);
    await go(0);
    expect(opened.gate.state).toBe("open");
  });

  test("keeps its place over a suspension, and looks again after it", async () => {
    const { opened, go } = await aGateBehind(1);
    const place = readNodes(opened);
    present(opened).suspend();
    await go(0);
    expect(opened.gate.state).toBe("suspended");
    present(opened).resume();
    await opened.settle();
    expect([opened.gate.state, readNodes(opened)]).toEqual(["open", place]);
  });

  test("leaves the line when it is closed", async () => {
    const { opened } = await aGateBehind(1);
    await opened.gate.close();
    expect([opened.gate.state, readNodes(opened)]).toEqual(["closed", []]);
  });
});
