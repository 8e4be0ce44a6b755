import { expect, test } from "vitest";
import { type StubGate, stubGate } from "../../test/support/stub-gate.ts";
import type { GateState } from "../processor/index.ts";
import { JointGate } from "./joint-gate.ts";

const joint = (...gates: StubGate[]) => new JointGate(gates.map((gate, i) => ({ path: `/${i}`, signalPath: `/${i}-signal`, gate })));

test("work enters every gate or none", () => {
  const gates = [stubGate("open"), stubGate("open"), stubGate("paused")] as const;
  expect([joint(...gates).tryEnter(), gates.map(({ inside }) => inside)]).toEqual([false, [0, 0, 0]]);
  gates[2].to("open");
  expect([joint(...gates).tryEnter(), gates.map(({ inside }) => inside)]).toEqual([true, [1, 1, 1]]);
});

test.each<[GateState[], GateState]>([
  [["open", "open"], "open"],
  [["open", "opening"], "opening"],
  [["paused", "opening"], "paused"],
  [["paused", "draining"], "draining"],
  [["suspended", "draining"], "suspended"],
  [["suspended", "connecting"], "connecting"],
  [["open", "closed"], "closed"],
])("the state of %j is %s", (states, state) => {
  expect(joint(...states.map(stubGate)).state).toBe(state);
});
