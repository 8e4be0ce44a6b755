import { describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { stubGate } from "../../test/support/stub-gate.ts";
import type { GateState } from "../processor/index.ts";
import { silentLog } from "../shared/log.ts";
import { Door } from "./door.ts";
import { JointGate } from "./joint-gate.ts";

/** A door at one gate, with a closing hook that takes until the test ends it, and all that was told, in its order. */
async function aDoor(initial: GateState = "open") {
  const [clock, gate, told] = [manualClock(), stubGate(initial), [] as string[]];
  const file = {
    make: () => void told.push("file made"),
    remove: () => {
      told.push("file removed");
      return true;
    },
  };
  let end = () => {};
  const hooks = {
    opening: async () => void told.push("opening hook"),
    closing: () => {
      told.push("closing hook");
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    },
  };
  const door = new Door({ gate: new JointGate([{ path: "/a", signalPath: "/a-signal", gate }]), file, hooks, clock, log: silentLog });
  let last: GateState = "connecting";
  door.onChange(() => {
    if (door.state === last) return;
    last = door.state;
    told.push(last);
  });
  const settle = () => clock.advance(0);
  await settle();
  return { clock, gate, door, told, settle, endHook: () => end() };
}

describe("the door", () => {
  test("is told to be open after the file is made, and to close after it is removed", async () => {
    const { gate, told } = await aDoor();
    expect(told).toEqual(["file made", "open", "opening hook"]);
    told.length = 0;
    gate.to("draining");
    expect(told).toEqual(["file removed", "draining"]);
  });

  test("holds the lock until the closing hook has ended", async () => {
    const { gate, settle, endHook } = await aDoor();
    gate.to("draining");
    await settle();
    expect(gate.inside).toBe(1);
    endHook();
    await settle();
    expect(gate.inside).toBe(0);
  });

  test("lets nobody in while its last closing is not over, even if the gate is open again", async () => {
    const { gate, door, settle, endHook } = await aDoor();
    gate.to("suspended");
    gate.to("open");
    await settle();
    expect([door.state, door.tryEnter(), gate.inside]).toEqual(["draining", false, 1]);
    endHook();
    await settle();
    expect([door.state, door.tryEnter(), gate.inside]).toEqual(["open", true, 2]);
  });

  test("says since when its state is what it is", async () => {
    const { clock, gate, door } = await aDoor("paused");
    await clock.advance(1000);
    const before = clock.now();
    gate.to("opening");
    await clock.advance(1000);
    expect([door.state, door.since]).toEqual(["opening", before]);
  });

  test("that is closed waits for the hook and for the gate", async () => {
    const { gate, door, told, settle, endHook } = await aDoor();
    let closed = false;
    const closing = door.close().then(() => {
      closed = true;
    });
    await settle();
    expect([closed, door.tryEnter(), told.at(-1)]).toEqual([false, false, "closing hook"]);
    endHook();
    await closing;
    expect([gate.inside, door.state]).toEqual([0, "closed"]);
  });
});
