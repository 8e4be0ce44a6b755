import { describe, expect, test } from "vitest";
import { aRun, lockP, queued, released } from "../../test/support/lock-world.ts";
import { aGate, anEvent, type Opened, readNodes } from "../../test/support/memory-gate.ts";
import { readersPath } from "../protocol/paths.ts";
import type { GateOptions } from "./options.ts";

const marks = ({ zookeeper }: Opened) => zookeeper.childrenOf(zookeeper.tree, readersPath(lockP.path));

/** A gate that drains, with one event in flight for longer than its drain timeout of a second. */
async function overdue(options: Partial<GateOptions> = {}) {
  const told: unknown[] = [];
  const observer = {
    drainOverdue: (inFlight: number) => void told.push(`overdue ${inFlight}`),
    drained: (seconds: number) => void told.push(`drained ${seconds}`),
    paused: (seconds: number) => void told.push(`paused ${seconds}`),
  };
  const opened = await aGate({ drainTimeoutMs: 1000, observer, ...options });
  const event = anEvent(opened.gate);
  await queued(opened.other, aRun("a"));
  await opened.clock.advance(999);
  expect([opened.gate.state, told, readNodes(opened).length]).toEqual(["draining", [], 1]);
  await opened.clock.advance(1);
  return { opened, event, told };
}

describe("a drain that takes longer than it may", () => {
  test("is told of, and holds the read lock until the last event has ended", async () => {
    const { opened, event, told } = await overdue();
    await opened.clock.advance(5000);
    expect([opened.gate.state, told, readNodes(opened).length]).toEqual(["draining", ["overdue 1"], 1]);
    event.end();
    await event.answer;
    await opened.settle();
    expect([opened.gate.state, told, readNodes(opened)]).toEqual(["paused", ["overdue 1", "drained 6"], []]);
    await opened.clock.advance(4000);
    await released(opened.other, aRun("a"));
    await opened.settle();
    expect(told.at(-1)).toBe("paused 10");
    expect(opened.gate.counters).toMatchObject({ openings: 2, drains: 1, drainSeconds: 6, drainsOverdue: 1, pausedSeconds: 10 });
  });

  test("releases under the event only where that was chosen, and leaves the mark of a reader that vanished until it ends", async () => {
    const { opened, event } = await overdue({ onDrainTimeout: "release" });
    expect([opened.gate.state, opened.gate.inFlight, readNodes(opened), marks(opened).length]).toEqual(["paused", 1, [], 1]);
    event.end();
    await event.answer;
    await opened.settle();
    expect(marks(opened)).toEqual([]);
  });

  test("lets close() end where it releases", async () => {
    const opened = await aGate({ drainTimeoutMs: 1000, onDrainTimeout: "release" });
    const event = anEvent(opened.gate);
    const closed = opened.gate.close();
    await opened.clock.advance(1000);
    await closed;
    expect([opened.gate.state, opened.gate.inFlight, readNodes(opened)]).toEqual(["closed", 1, []]);
    event.end();
  });

  test("begins to count with each drain, and not while the gate is open again", async () => {
    const { opened, event, told } = await overdue({ drainTimeoutMs: 2000, onDrainTimeout: "release" });
    await released(opened.other, aRun("a"));
    event.end();
    await event.answer;
    await opened.settle();
    expect([opened.gate.state, told.filter((one) => one === "overdue 1")]).toEqual(["open", []]);
    const next = anEvent(opened.gate);
    await opened.clock.advance(10_000);
    expect(opened.gate.state).toBe("open");
    await queued(opened.other, aRun("b"));
    await opened.clock.advance(1999);
    expect(opened.gate.state).toBe("draining");
    next.end();
    await next.answer;
    await opened.settle();
    expect(opened.clock.waiting).toBe(1); // the pause's own look
  });
});
