import { describe, expect, test } from "vitest";
import { aRun, curatorNode, lockP, queued } from "../../test/support/lock-world.ts";
import { aGate, anEvent, type Opened, present, readNodes } from "../../test/support/memory-gate.ts";
import { GateClosedError } from "./work.ts";

describe("a gate that is cut off", () => {
  test("shuts at once, and opens again in the same session on the same node", async () => {
    const opened = await aGate();
    const [nodes, token] = [readNodes(opened), opened.gate.fencingToken];
    present(opened).suspend();
    expect([opened.gate.state, opened.gate.tryEnter()]).toEqual(["suspended", false]);
    present(opened).resume();
    await opened.settle();
    expect([opened.gate.state, readNodes(opened), opened.gate.fencingToken]).toEqual(["open", nodes, token]);
    expect(opened.sessions).toHaveLength(1);
  });

  test("stays shut when it comes back to a signal, and releases", async () => {
    const opened = await aGate();
    present(opened).suspend();
    await queued(opened.other, aRun("a"));
    present(opened).resume();
    await opened.settle();
    expect([opened.gate.state, readNodes(opened)]).toEqual(["paused", []]);
    expect(opened.states.filter((state) => state === "open")).toHaveLength(1);
  });

  test("does not open on a node that was deleted meanwhile, but on a new one", async () => {
    const opened = await aGate();
    const [name] = readNodes(opened);
    present(opened).suspend();
    await opened.other.remove(`${lockP.path}/${name}`, -1);
    await curatorNode(opened.other, "WRIT");
    present(opened).resume();
    await opened.settle();
    expect(opened.gate.state).toBe("paused");
    expect(readNodes(opened)).not.toContain(name);
  });

  test("takes everything anew in a new session when the old one is lost", async () => {
    const opened = await aGate();
    const event = anEvent(opened.gate);
    present(opened).expire();
    expect(opened.gate.state).toBe("connecting");
    await opened.clock.advance(200);
    expect([opened.gate.state, opened.sessions.length, opened.gate.inFlight]).toEqual(["open", 2, 1]);
    expect(opened.zookeeper.tree.get(`${lockP.path}/${readNodes(opened)[0]}`)?.owner).toBe(present(opened).id);
    event.end();
    await event.answer;
  });

  test("is shut when its lease has run out, sends nothing, and opens when it was renewed", async () => {
    const opened = await aGate({}, { prepare: (session) => Object.assign(session, { leaseEnd: 1000 }) });
    await opened.clock.advance(1000);
    const { requests } = opened.gate.sent;
    expect(opened.gate.state).toBe("suspended");
    await opened.clock.advance(200);
    expect([opened.gate.state, opened.gate.sent.requests]).toEqual(["suspended", requests]);
    present(opened).leaseEnd = 5000;
    await opened.clock.advance(20);
    expect([opened.gate.state, opened.sessions.length, readNodes(opened).length]).toEqual(["open", 1, 1]);
  });

  test("leaves no second read node behind when the answer to its creation is lost", async () => {
    const opened = await aGate({}, { before: (other) => other.createParents(lockP.path), prepare: (session) => session.loseNextReply() });
    await opened.clock.advance(10_000);
    expect([opened.gate.state, readNodes(opened).length]).toEqual(["open", 1]);
  });

  test("leaves no read node behind when the answer to its removal is lost", async () => {
    const opened = await aGate();
    present(opened).loseNextReply();
    await queued(opened.other, aRun("a"));
    await opened.clock.advance(10_000);
    expect([opened.gate.state, readNodes(opened)]).toEqual(["paused", []]);
  });
});

describe("a gate that is closed", () => {
  test("lets what is in flight finish, releases, ends its session and rejects who waits", async () => {
    const opened = await aGate();
    const event = anEvent(opened.gate);
    const closed = opened.gate.close();
    await expect(opened.gate.run(() => "late")).rejects.toThrow(GateClosedError);
    await opened.settle();
    expect([opened.gate.state, readNodes(opened).length]).toEqual(["draining", 1]);
    event.end();
    await closed;
    expect([opened.gate.state, readNodes(opened), present(opened).state]).toEqual(["closed", [], "closed"]);
    expect([await event.answer, opened.clock.waiting]).toEqual(["handled", 0]);
  });

  test("waits for what is in flight even where its session was lost and its lock with it", async () => {
    const opened = await aGate();
    const event = anEvent(opened.gate);
    present(opened).expire();
    let isClosed = false;
    const closed = opened.gate.close().then(() => {
      isClosed = true;
    });
    await opened.clock.advance(10_000);
    expect([isClosed, opened.gate.state, opened.gate.inFlight]).toEqual([false, "connecting", 1]);
    event.end();
    await closed;
    expect(opened.gate.state).toBe("closed");
  });

  test("rejects who waited for a window to end", async () => {
    const opened = await aGate({}, { before: (other) => queued(other, aRun("a")) });
    const waiting = opened.gate.run(() => "never");
    const closed = opened.gate.close();
    await expect(waiting).rejects.toThrow(GateClosedError);
    await closed;
    await opened.gate.close();
    expect(opened.gate.state).toBe("closed");
  });

  test.each([
    { what: "it never had a session", faults: { refusals: 1000 }, cut: () => undefined },
    { what: "it is cut off", faults: {}, cut: (opened: Opened) => present(opened).suspend() },
    { what: "its session was lost", faults: {}, cut: (opened: Opened) => present(opened).expire() },
  ])("ends also when $what", async ({ faults, cut }) => {
    const opened = await aGate({}, faults);
    cut(opened);
    await opened.settle();
    await opened.gate.close();
    expect([opened.gate.state, opened.clock.waiting]).toEqual(["closed", 0]);
  });
});
