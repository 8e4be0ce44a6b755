import { describe, expect, test } from "vitest";
import { aRun, curatorNode, lockP, promoted, put, queued, released } from "../../test/support/lock-world.ts";
import { aGate, anEvent, present, readNodes } from "../../test/support/memory-gate.ts";
import type { MemorySession } from "../../test/support/memory-session.ts";
import { readersPath } from "../protocol/paths.ts";
import { ProcessorGate } from "./gate.ts";

const bothParents = async (other: MemorySession) => {
  await other.createParents(lockP.path);
  await other.createParents(readersPath(lockP.path));
};

describe("a gate that opens", () => {
  test("makes one read node under Curator's name, with its owner, and opens", async () => {
    const opened = await aGate();
    expect([opened.gate.state, opened.states]).toEqual(["open", ["opening", "open"]]);
    const [name = ""] = readNodes(opened);
    expect(name).toMatch(/^_c_[0-9a-f-]{36}-__READ__0000000000$/);
    const record = opened.zookeeper.tree.get(`${lockP.path}/${name}`);
    expect([record?.data.toString(), record?.owner]).toEqual(["10.0.0.1", present(opened).id]);
    expect(opened.gate.fencingToken).toBe(record?.czxid);
  });

  test("waits for a signal without queueing on the lock", async () => {
    const opened = await aGate({}, { before: (other) => queued(other, aRun("a")) });
    expect([opened.gate.state, readNodes(opened), opened.gate.fencingToken]).toEqual(["paused", [], undefined]);
    await released(opened.other, aRun("a"));
    await opened.settle();
    expect(opened.gate.state).toBe("open");
  });

  test("gives way to a signal that appears while it makes its node", async () => {
    const raise = (session: MemorySession, other: MemorySession) =>
      session.beforeNextWrite(() => void other.createParents("/locks").then(() => put(other, lockP.signalPath, "x")));
    const opened = await aGate({}, { before: bothParents, prepare: raise });
    expect([opened.states, readNodes(opened)]).toEqual([["opening", "draining", "paused"], []]);
    await opened.other.remove(lockP.signalPath, -1);
    await opened.settle();
    expect(opened.gate.state).toBe("open");
  });

  test("never lets an event in between when the signal appears after its last look at it", async () => {
    const raise = (session: MemorySession, other: MemorySession) => {
      const exists = session.exists.bind(session);
      session.exists = async (path, watch) => {
        if (path.includes("__READ__") && !other.sent.requests) await queued(other, aRun("a"));
        return exists(path, watch);
      };
    };
    const opened = await aGate({}, { prepare: raise });
    expect([opened.states, readNodes(opened)]).toEqual([["opening", "draining", "paused"], []]);
  });

  test("leaves no read node in the queue when a signal appears and the answer to its creation is lost", async () => {
    const raise = (session: MemorySession, other: MemorySession) => {
      session.loseNextReply();
      session.beforeNextWrite(() => void put(other, lockP.signalPath, "x"));
    };
    const opened = await aGate({}, { before: (other) => other.createParents(lockP.path), prepare: raise });
    await opened.clock.advance(10_000);
    expect([opened.gate.state, readNodes(opened)]).toEqual(["paused", []]);
  });

  test("trusts the signal alone where it is told to, and does not list the queue", async () => {
    const before = (other: MemorySession) => bothParents(other).then(() => curatorNode(other, "WRIT"));
    const opened = await aGate({ writers: "signalled" }, { before });
    expect([opened.gate.state, opened.gate.sent.requests]).toEqual(["open", 4]);
  });

  test("opens beside other readers", async () => {
    const opened = await aGate({}, { before: (other) => curatorNode(other, "READ") });
    expect(opened.gate.state).toBe("open");
  });

  test("never gives up: it asks for a session again and again, less and less often", async () => {
    const opened = await aGate({}, { refusals: 12 });
    expect(opened.gate.state).toBe("connecting");
    await opened.clock.advance(1000);
    expect(opened.gate.state).toBe("connecting");
    await opened.clock.advance(120_000);
    expect(opened.gate.state).toBe("open");
  });

  test("refuses options that can never work before it asks anybody", async () => {
    await expect(ProcessorGate.open({ zookeeper: "zk:2181", lockPath: "orders" })).rejects.toThrow("not absolute");
  });
});

describe("an open gate", () => {
  test("handles events and answers what they answer, or throw, and sends nothing for them", async () => {
    const opened = await aGate();
    const before = opened.gate.sent.requests;
    for (let i = 0; i < 1000; i++) await opened.gate.run(() => i);
    expect(await opened.gate.run(async () => "answer")).toBe("answer");
    await expect(opened.gate.run(() => Promise.reject(new Error("bad event")))).rejects.toThrow("bad event");
    expect([opened.gate.sent.requests - before, opened.gate.inFlight]).toEqual([0, 0]);
  });

  test("lets what is in flight finish before it deletes its read node, and nothing new in", async () => {
    const opened = await aGate();
    const [first, second] = [anEvent(opened.gate), anEvent(opened.gate)];
    await queued(opened.other, aRun("a"));
    await opened.settle();
    const waiting = opened.gate.run(() => "after the window");
    expect([opened.gate.state, opened.gate.inFlight, readNodes(opened).length]).toEqual(["draining", 2, 1]);
    first.end();
    await opened.settle();
    expect([opened.gate.state, opened.gate.inFlight, readNodes(opened).length]).toEqual(["draining", 1, 1]);
    second.end();
    await opened.settle();
    expect([opened.gate.state, opened.gate.inFlight, readNodes(opened).length]).toEqual(["paused", 0, 0]);
    await promoted(opened.other, aRun("a"));
    await released(opened.other, aRun("a"));
    expect(await waiting).toBe("after the window");
    expect(await second.answer).toBe("handled");
    expect(opened.states).toEqual(["opening", "open", "draining", "paused", "opening", "open"]);
  });

  test("gets a higher fencing token each time it takes the lock", async () => {
    const opened = await aGate();
    const first = opened.gate.fencingToken ?? 0n;
    await queued(opened.other, aRun("a"));
    await opened.settle();
    await released(opened.other, aRun("a"));
    await opened.settle();
    expect(opened.gate.fencingToken).toBeGreaterThan(first);
  });

  test("stays open for writers that queue behind it without a signal", async () => {
    const opened = await aGate();
    await curatorNode(opened.other, "WRIT");
    await opened.settle();
    expect(opened.gate.state).toBe("open");
  });

  test("finishes what is in flight and starts anew when somebody deletes its read node", async () => {
    const opened = await aGate();
    const event = anEvent(opened.gate);
    const [name] = readNodes(opened);
    await opened.other.remove(`${lockP.path}/${name}`, -1);
    await opened.settle();
    expect([opened.gate.state, readNodes(opened)]).toEqual(["draining", []]);
    event.end();
    await opened.settle();
    expect([opened.gate.state, readNodes(opened).length, readNodes(opened)[0] === name]).toEqual(["open", 1, false]);
  });

  test.each(["before", "after"])("holds no token for what is in flight when its read node is deleted %s a window is on", async (when) => {
    const opened = await aGate();
    const event = anEvent(opened.gate);
    const path = `${lockP.path}/${readNodes(opened)[0]}`;
    if (when === "after") await queued(opened.other, aRun("a"));
    await opened.settle();
    expect(opened.gate.fencingToken).toBeDefined();
    await opened.other.remove(path, -1);
    await opened.settle();
    expect([opened.gate.state, opened.gate.fencingToken]).toEqual(["draining", undefined]);
    event.end();
    await opened.settle();
    expect(opened.gate.state).toBe(when === "after" ? "paused" : "open");
  });

  test("gives way when its read node is deleted and a writer stands there before it comes back", async () => {
    const opened = await aGate();
    const [name] = readNodes(opened);
    await curatorNode(opened.other, "WRIT");
    await opened.other.remove(`${lockP.path}/${name}`, -1);
    await opened.settle();
    expect([opened.gate.state, readNodes(opened).length, readNodes(opened)[0] === name]).toEqual(["paused", 1, false]);
  });
});
