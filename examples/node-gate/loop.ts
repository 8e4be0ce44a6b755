// A plain loop over a queue: one lease for each batch, which ends early when a window wants it to.
import { GateClosedError, type ProcessorGate } from "../../src/processor/index.ts";

export interface Queue<Event> {
  /** Up to so many events; perhaps none. Answers at once when the signal aborts. */
  take(most: number, signal: AbortSignal): Promise<readonly Event[]>;
  giveBack(events: readonly Event[]): Promise<void>;
}

type Handle<Event> = (event: Event, fencingToken: bigint) => Promise<void>;

/** Resolves after gate.close(). */
export async function work<Event>(gate: ProcessorGate, queue: Queue<Event>, handle: Handle<Event>): Promise<void> {
  try {
    for (;;) await oneBatch(gate, queue, handle);
  } catch (error) {
    if (!(error instanceof GateClosedError)) throw error;
  }
}

async function oneBatch<Event>(gate: ProcessorGate, queue: Queue<Event>, handle: Handle<Event>): Promise<void> {
  const lease = await gate.enter(); // waits while a window is on
  try {
    const events = await queue.take(100, lease.signal);
    let done = 0;
    for (const event of events) {
      if (lease.signal.aborted) break; // a window is due
      await handle(event, lease.fencingToken);
      done++;
    }
    if (done < events.length) await queue.giveBack(events.slice(done));
  } finally {
    lease.leave(); // the window waits for this
  }
}
