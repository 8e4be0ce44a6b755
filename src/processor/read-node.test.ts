import { describe, expect, test } from "vitest";
import { lockP } from "../../test/support/lock-world.ts";
import { aGate, anEvent, type Opened, present, readNodes } from "../../test/support/memory-gate.ts";
import type { MemorySession } from "../../test/support/memory-session.ts";
import { readersPath } from "../protocol/paths.ts";
import { ZooKeeperError } from "../zookeeper/session.ts";

function marks({ zookeeper }: Opened): readonly string[] {
  const parent = readersPath(lockP.path);
  return zookeeper.tree.has(parent) ? zookeeper.childrenOf(zookeeper.tree, parent) : [];
}

describe("a reader's mark", () => {
  test("stands beside the lock path for as long as the read node, under the same UUID and with its owner", async () => {
    const opened = await aGate();
    const [node = ""] = readNodes(opened);
    const [mark = ""] = marks(opened);
    expect(node).toContain(mark);
    expect(mark).toMatch(/^[0-9a-f-]{36}$/);
    expect(opened.zookeeper.tree.get(`${readersPath(lockP.path)}/${mark}`)).toMatchObject({
      owner: undefined,
      data: Buffer.from("10.0.0.1"),
    });
    await opened.gate.close();
    expect([readNodes(opened), marks(opened)]).toEqual([[], []]);
  });

  test("is left behind by a session that dies, and cleared by the next one of a process that lives on", async () => {
    const opened = await aGate();
    const [left] = marks(opened);
    present(opened).expire();
    expect(marks(opened)).toEqual([left]);
    await opened.clock.advance(10_000);
    expect(opened.gate.state).toBe("open");
    expect(marks(opened)).toHaveLength(1);
    expect(marks(opened)).not.toContain(left);
  });

  test("of a session that died with an event in flight stands until that event has ended", async () => {
    const opened = await aGate();
    const [left] = marks(opened);
    const event = anEvent(opened.gate);
    present(opened).expire();
    await opened.clock.advance(10_000);
    expect(marks(opened)).toContain(left);
    event.end();
    await event.answer;
    await opened.gate.close();
    expect(marks(opened)).toEqual([]);
  });

  test("goes with the node when the gate gives way, though the node was deleted by somebody else", async () => {
    const opened = await aGate();
    await opened.other.remove(`${lockP.path}/${readNodes(opened)[0]}`, -1);
    await opened.settle();
    expect([opened.gate.state, readNodes(opened).length, marks(opened).length]).toEqual(["open", 1, 1]);
    await opened.gate.close();
    expect(marks(opened)).toEqual([]);
  });

  test("is done without where the servers refuse it: the gate opens all the same", async () => {
    const forbid = (session: MemorySession) => {
      const transaction = session.transaction.bind(session);
      session.transaction = async (operations) => {
        const index = operations.findIndex(({ path }) => path.startsWith(`${readersPath(lockP.path)}/`));
        if (index >= 0) throw new ZooKeeperError("NoAuth", "not allowed", operations[index]?.path, index);
        return transaction(operations);
      };
    };
    const opened = await aGate({}, { prepare: forbid });
    expect([opened.gate.state, readNodes(opened).length, marks(opened)]).toEqual(["open", 1, []]);
    await opened.gate.close();
    expect(readNodes(opened)).toEqual([]);
  });

  test("is not doubled when the answer to its creation is lost", async () => {
    const opened = await aGate({}, { prepare: (session) => session.loseNextReply() });
    await opened.clock.advance(60_000);
    expect([opened.gate.state, readNodes(opened).length, marks(opened).length]).toEqual(["open", 1, 1]);
  });
});
