import { describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { silentLog } from "../shared/log.ts";
import { Entry, type EntrySettings } from "./entry.ts";
import type { GateState } from "./states.ts";
import { GateClosedError } from "./work.ts";

const { POSITIVE_INFINITY } = Number;
const limitless = { log: silentLog, maxInFlight: POSITIVE_INFINITY, drainTimeoutMs: POSITIVE_INFINITY, onDrainTimeout: "hold" } as const;

function anEntry(settings: Partial<EntrySettings> = {}) {
  const clock = manualClock();
  const rung = { count: 0 };
  const entry = new Entry({ ...limitless, clock, observer: {}, ...settings }, () => rung.count++);
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
    entry.open(lease(1000), 1n);
    expect([entry.tryEnter(), entry.tryEnter(), entry.inFlight]).toEqual([true, true, 2]);
    entry.leave();
    expect(entry.inFlight).toBe(1);
  });

  test.each(["connecting", "opening", "draining", "paused", "suspended", "closed"] as const)("lets nobody in while it is %s", (state) => {
    const { entry } = anEntry();
    entry.open(lease(1000), 1n);
    entry.shut(state);
    expect([entry.tryEnter(), entry.state]).toEqual([false, state]);
  });

  test("lets nobody in from the instant at which the lease ends, though no timer ran", () => {
    const held = { leaseEnd: 1000 };
    let now = 999;
    const clock = { ...manualClock(), monotonic: () => now };
    const { entry } = anEntry({ clock });
    entry.open(held, 1n);
    expect(entry.tryEnter()).toBe(true);
    now = 1000;
    expect([entry.tryEnter(), entry.state, entry.inFlight]).toEqual([false, "suspended", 1]);
  });

  test("follows a lease that is renewed", async () => {
    const { entry, clock } = anEntry();
    const held = { leaseEnd: 1000 };
    entry.open(held, 1n);
    await clock.advance(900);
    held.leaseEnd = 1900;
    await clock.advance(900);
    expect(entry.tryEnter()).toBe(true);
    await clock.advance(100);
    expect(entry.state).toBe("suspended");
  });

  test("is suspended when the lease ends though nobody enters, and rings", async () => {
    const { entry, clock, rung, states } = anEntry();
    entry.open(lease(1000), 1n);
    await clock.advance(999);
    expect(states).toEqual(["open"]);
    await clock.advance(1);
    expect([states, rung.count]).toEqual([["open", "suspended"], 1]);
  });

  test("leaves no timer behind once it is shut", () => {
    const { entry, clock } = anEntry();
    entry.open(lease(1000), 1n);
    entry.shut("draining");
    entry.open(lease(1000), 1n);
    entry.shut("closed");
    expect(clock.waiting).toBe(0);
  });

  test("rings when the last one leaves while it is shut, and not before", () => {
    const { entry, rung } = anEntry();
    entry.open(lease(1000), 1n);
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
    entry.open(lease(1000), 1n);
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
    entry.open(lease(1000), 1n);
    await expect(waiting).resolves.toHaveLength(2);
    await expect(entry.opened()).resolves.toBeUndefined();
  });

  test("takes a place back that was handed out just before it shut, and hands out another when it opens", async () => {
    const { entry, clock, rung } = anEntry({ maxInFlight: 1 });
    entry.open(lease(1000), 1n);
    entry.tryEnter();
    const waiting = entry.enter();
    entry.leave();
    entry.shut("draining");
    expect(entry.inFlight).toBe(1);
    await clock.advance(0);
    expect([entry.inFlight, rung.count]).toEqual([0, 1]);
    entry.open(lease(1000), 2n);
    expect([(await waiting).fencingToken, entry.inFlight]).toEqual([2n, 1]);
  });

  test("starts none of those who waited once the lease has run out, though their places were handed out before", async () => {
    let now = 999;
    const { entry } = anEntry({ clock: { ...manualClock(), monotonic: () => now } });
    const started: string[] = [];
    const waiting = ["first", "second"].map((name) => entry.enter().then(() => started.push(name)));
    entry.open(lease(1000), 1n);
    expect(entry.inFlight).toBe(2);
    now = 1000; // this process was stopped here
    await manualClock().advance(0);
    expect([started, entry.state, entry.inFlight]).toEqual([[], "suspended", 0]);
    entry.open(lease(2000), 1n);
    await Promise.all(waiting);
    expect(started).toEqual(["first", "second"]);
  });

  test("tells all who wait that it ended, and never opens again", async () => {
    const { entry, states } = anEntry();
    const waiting = entry.opened();
    entry.end();
    await expect(waiting).rejects.toThrow(GateClosedError);
    entry.open(lease(1000), 1n);
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
    entry.open(lease(1000), 1n);
    entry.open(lease(1000), 1n);
    quit();
    expect(states).toEqual(["opening", "open"]);
  });

  test("tells everybody of each change in its order, though one of them closes the gate as soon as it opens, and leaves no timer", () => {
    const { entry, clock } = anEntry();
    entry.onState((state) => state === "open" && entry.end());
    const seen: GateState[] = [];
    entry.onState((state) => seen.push(state));
    entry.open(lease(1000), 1n);
    expect([seen, clock.waiting]).toEqual([["open", "draining"], 0]);
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
