// A processor's gate without ZooKeeper: in the state that the test says, and counting who is in it.
import type { GateState } from "../../src/processor/index.ts";
import type { Gate } from "../../src/sidecar/joint-gate.ts";

export interface StubGate extends Gate {
  /** How many units of work entered and did not leave. */
  readonly inside: number;
  to(state: GateState): void;
}

export function stubGate(initial: GateState): StubGate {
  const listeners = new Set<(state: GateState, previous: GateState) => void>();
  let state = initial;
  let inside = 0;
  const to = (next: GateState) => {
    const previous = state;
    state = next;
    for (const listener of listeners) listener(next, previous);
  };
  return {
    get state() {
      return state;
    },
    get inside() {
      return inside;
    },
    fencingToken: 1n,
    to,
    tryEnter() {
      if (state !== "open") return false;
      inside++;
      return true;
    },
    leave() {
      inside--;
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => to("closed"),
  };
}
