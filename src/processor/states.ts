// The states of a gate, and all that a gate goes through as an async iterable: the present one, then each change, in order; it ends
// with "closed". No state is left out for a loop that is slow.

export type GateState =
  /** There is no session with ZooKeeper: it is being opened, or was lost and is being opened anew. */
  | "connecting"
  /** The read lock is being taken. */
  | "opening"
  /** Events may start. */
  | "open"
  /** No event starts; those in flight finish, and the read lock is held until the last one has. */
  | "draining"
  /** The read lock is not held: a window is on, or a writer is before us in the queue. */
  | "paused"
  /** ZooKeeper does not answer. No event starts; the gate opens again when it answers before the session ends. */
  | "suspended"
  /** close() was called: final. */
  | "closed";

type Subscribe = (listener: (state: GateState) => void) => () => void;

/** Subscribes when it is first asked for a state, and gives up when its loop is left. */
export async function* statesOf(present: () => GateState, subscribe: Subscribe): AsyncGenerator<GateState, void, undefined> {
  const seen: GateState[] = [present()];
  let wake = () => {};
  const stop = subscribe((state) => {
    seen.push(state);
    wake();
  });
  try {
    for (;;) {
      const state = seen.shift();
      if (state !== undefined) yield state;
      if (state === "closed") return;
      if (seen.length > 0) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    stop();
  }
}
