import { describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { silentLog } from "../shared/log.ts";
import { Entry, GateClosedError, type GateState } from "./entry.ts";

function anEntry() {
  const clock = manualClock();
  const rung = { count: 0 };
  const entry = new Entry(clock, silentLog, () => rung.count++);
  const states: GateState[] = [];
  entry.onState((state) => states.push(state));
  return { clock, rung, entry, states };
}
const lease = (leaseEnd: number) => ({ leaseEnd });

describe("an entry", () => {
  test("lets nobody in before it was opened", () => {
    const { entry } = anEntry();
    expect([entry.tryEnter(), entry.state, entry.inFlight]).toEqual([false, "connecting", 0]);
  });

  test("counts who is in", () => {
    const { entry } = anEntry();
    entry.open(lease(1000));
    expect([entry.tryEnter(), entry.tryEnter(), entry.inFlight]).toEqual([true, true, 2]);
    entry.leave();
    expect(entry.inFlight).toBe(1);
  });

  test.each(["connecting", "opening", "draining", "paused", "suspended", "closed"] as const)("lets nobody in while it is %s", (state) => {
    const { entry } = anEntry();
    entry.open(lease(1000));
    entry.shut(state);
    expect([entry.tryEnter(), entry.state]).toEqual([false, state]);
  });

  test("lets nobody in from the instant at which the lease ends, though no timer ran", () => {
    const held = { leaseEnd: 1000 };
    let now = 999;
    const clock = { ...manualClock(), monotonic: () => now };
    const entry = new Entry(clock, silentLog, () => undefined);
    entry.open(held);
    expect(entry.tryEnter()).toBe(true);
    now = 1000;
    expect([entry.tryEnter(), entry.state, entry.inFlight]).toEqual([false, "suspended", 1]);
  });

  test("follows a lease that is renewed", async () => {
    const { entry, clock } = anEntry();
    const held = { leaseEnd: 1000 };
    entry.open(held);
    await clock.advance(900);
    held.leaseEnd = 1900;
    await clock.advance(900);
    expect(entry.tryEnter()).toBe(true);
    await clock.advance(100);
    expect(entry.state).toBe("suspended");
  });

  test("is suspended when the lease ends though nobody enters, and rings", async () => {
    const { entry, clock, rung, states } = anEntry();
    entry.open(lease(1000));
    await clock.advance(999);
    expect(states).toEqual(["open"]);
    await clock.advance(1);
    expect([states, rung.count]).toEqual([["open", "suspended"], 1]);
  });

  test("leaves no timer behind once it is shut", () => {
    const { entry, clock } = anEntry();
    entry.open(lease(1000));
    entry.shut("draining");
    entry.open(lease(1000));
    entry.shut("closed");
    expect(clock.waiting).toBe(0);
  });

  test("rings when the last one leaves while it is shut, and not before", () => {
    const { entry, rung } = anEntry();
    entry.open(lease(1000));
    for (let i = 0; i < 3; i++) entry.tryEnter();
    entry.leave();
    entry.shut("draining");
    entry.leave();
    expect(rung.count).toBe(0);
    entry.leave();
    expect(rung.count).toBe(1);
  });

  test("does not ring for events that end while it is open", () => {
    const { entry, rung } = anEntry();
    entry.open(lease(1000));
    entry.tryEnter();
    entry.leave();
    expect(rung.count).toBe(0);
  });

  test("refuses a leave too many", () => {
    const { entry } = anEntry();
    expect(() => entry.leave()).toThrow("leave() without an enter");
    expect(entry.inFlight).toBe(0);
  });

  test("wakes all who wait when it opens, and those who come later at once", async () => {
    const { entry } = anEntry();
    const waiting = Promise.all([entry.opened(), entry.opened()]);
    entry.open(lease(1000));
    await expect(waiting).resolves.toHaveLength(2);
    await expect(entry.opened()).resolves.toBeUndefined();
  });

  test("tells all who wait that it ended, and never opens again", async () => {
    const { entry, states } = anEntry();
    const waiting = entry.opened();
    entry.end();
    await expect(waiting).rejects.toThrow(GateClosedError);
    entry.open(lease(1000));
    entry.shut("closed");
    entry.shut("paused");
    await expect(entry.opened()).rejects.toThrow("close()");
    expect(states).toEqual(["draining", "closed"]);
  });

  test("tells of each change of state once, and survives a listener that throws", () => {
    const { entry, states } = anEntry();
    const quit = entry.onState(() => {
      throw new Error("a user's mistake");
    });
    entry.shut("opening");
    entry.shut("opening");
    entry.open(lease(1000));
    entry.open(lease(1000));
    quit();
    expect(states).toEqual(["opening", "open"]);
  });

  test("no longer calls a listener that was taken away", () => {
    const { entry } = anEntry();
    const seen: GateState[] = [];
    const quit = entry.onState((state) => seen.push(state));
    quit();
    entry.shut("paused");
    expect(seen).toEqual([]);
  });
});
