import { describe, expect, test } from "vitest";
import { aRun, curatorNode, lockP, queued, released } from "../../test/support/lock-world.ts";
import { aGate, anEvent, type Opened, present, readNodes } from "../../test/support/memory-gate.ts";
import type { GateState } from "./states.ts";
import { GateClosedError, GateClosingError } from "./work.ts";

describe("work that is let in", () => {
  test("knows its fencing token, and hears when a window wants it to end, and why", async () => {
    const opened = await aGate();
    const lease = await opened.gate.enter();
    const reason = opened.gate.run(
      ({ signal, fencingToken }) =>
        new Promise((resolve) => signal.addEventListener("abort", () => resolve([signal.reason, fencingToken]), { once: true })),
    );
    expect([lease.signal.aborted, lease.fencingToken]).toEqual([false, opened.gate.fencingToken]);
    await queued(opened.other, aRun("a"));
    await opened.settle();
    expect(await reason).toEqual([new GateClosingError("window"), lease.fencingToken]);
    expect(lease.signal.reason).toMatchObject({ reason: "window", message: expect.stringContaining("it waits until") });
    lease.leave();
    await opened.settle();
    expect([opened.gate.state, opened.gate.inFlight]).toEqual(["paused", 0]);
  });

  test.each([
    { why: "close", act: ({ gate }: Opened) => void gate.close() },
    { why: "suspended", act: (opened: Opened) => present(opened).suspend() },
    { why: "session lost", act: (opened: Opened) => present(opened).expire() },
    { why: "read node deleted", act: (opened: Opened) => opened.other.remove(`${lockP.path}/${readNodes(opened)[0]}`, -1) },
  ])("is told that the gate closes: $why", async ({ why, act }) => {
    const opened = await aGate();
    const lease = await opened.gate.enter();
    await act(opened);
    await opened.settle();
    expect(lease.signal.reason).toMatchObject({ name: "GateClosingError", reason: why });
    lease.leave();
  });

  test("keeps the token that it entered under, while later work has a higher one and a signal of its own", async () => {
    const opened = await aGate();
    const early = await opened.gate.enter();
    present(opened).expire();
    await opened.clock.advance(10_000);
    const late = await opened.gate.enter();
    expect(late.fencingToken).toBeGreaterThan(early.fencingToken);
    expect([early.signal.aborted, late.signal.aborted]).toEqual([true, false]);
    early.leave();
    late.leave();
  });

  test("leaves once, however often it says so, and at the end of its block with `using`", async () => {
    const { gate } = await aGate();
    const lease = await gate.enter();
    {
      using _inside = await gate.enter();
      expect(gate.inFlight).toBe(2);
    }
    lease.leave();
    lease.leave();
    expect(gate.inFlight).toBe(0);
  });
});

describe("whoever waits for a gate", () => {
  test("may give up, and takes no place when the gate opens", async () => {
    const opened = await aGate({}, { before: (other) => queued(other, aRun("a")) });
    const waits = new AbortController();
    const gone = [opened.gate.enter({ signal: waits.signal }), opened.gate.run(() => "never", { signal: waits.signal })];
    const stays = opened.gate.run(() => "handled");
    waits.abort(new Error("no longer wanted"));
    for (const one of gone) await expect(one).rejects.toThrow("no longer wanted");
    await expect(opened.gate.run(() => "never", { signal: waits.signal })).rejects.toThrow("no longer wanted");
    await released(opened.other, aRun("a"));
    expect([await stays, opened.gate.inFlight]).toEqual(["handled", 0]);
  });

  test("sees every state, from the present one to closed", async () => {
    const opened = await aGate();
    const seen: GateState[] = [];
    const all = (async () => {
      for await (const state of opened.gate.states()) seen.push(state);
    })();
    await queued(opened.other, aRun("a"));
    await opened.settle();
    await opened.gate.close();
    await all;
    expect(seen).toEqual(["open", "draining", "paused", "draining", "closed"]);
  });
});

describe("a gate with a limit", () => {
  test("lets so many in at a time, and the others in their order", async () => {
    const { gate } = await aGate({ maxInFlight: 2 });
    const [first, second] = [anEvent(gate), anEvent(gate)];
    const order: string[] = [];
    const waiting = ["a", "b", "c"].map((name) => gate.run(() => order.push(name)));
    expect([gate.tryEnter(), gate.inFlight]).toEqual([false, 2]);
    first.end();
    await Promise.all(waiting);
    second.end();
    await second.answer;
    expect([order, gate.inFlight]).toEqual([["a", "b", "c"], 0]);
    expect(gate.counters).toMatchObject({ entered: 5, refused: 1, waited: 3 });
  });

  test("has room for all again after a window, and for no more than its limit", async () => {
    const opened = await aGate({ maxInFlight: 3 }, { before: (other) => queued(other, aRun("a")) });
    let [inside, most] = [0, 0];
    const all = Array.from({ length: 50 }, () =>
      opened.gate.run(async () => {
        most = Math.max(most, ++inside);
        await Promise.resolve();
        inside--;
      }),
    );
    await released(opened.other, aRun("a"));
    await Promise.all(all);
    expect([most, opened.gate.inFlight]).toEqual([3, 0]);
  });

  test.each([0, 1.5, -1, Number.NaN])("cannot have the limit %d", async (maxInFlight) => {
    await expect(aGate({ maxInFlight })).rejects.toThrow(`maxInFlight is ${maxInFlight}: give a whole number from 1`);
  });
});

describe("a gate that closes while others wait", () => {
  test("sends away those who wait for room", async () => {
    const opened = await aGate({ maxInFlight: 1 });
    const event = anEvent(opened.gate);
    const waiting = opened.gate.enter();
    const closed = opened.gate.close();
    await expect(waiting).rejects.toThrow(GateClosedError);
    event.end();
    await closed;
  });

  test("is not harmed by an observer that throws", async () => {
    const observer = {
      state: () => {
        throw new Error("a user's mistake");
      },
    };
    const opened = await aGate({ observer }, { before: (other) => curatorNode(other, "READ") });
    expect(opened.gate.state).toBe("open");
  });
});
