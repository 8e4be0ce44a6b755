// The gate's own side: whether an event may start now, how many are in flight, and who is told of a change. No ZooKeeper here.
//
// Promised: an entry sends nothing and allocates nothing; an event starts only while the gate is open and the session's lease has
// not run out by this process's monotonic clock, even if this process was stopped for hours in between.
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";

export type GateState =
  /** There is no session with ZooKeeper: it is being opened, or was lost and is being opened anew. */
  | "connecting"
  /** The read lock is being taken. */
  | "opening"
  /** Events may start. */
  | "open"
  /** No event starts; those in flight finish, and the read lock is held until the last one has. */
  | "draining"
  /** The read lock is released: a window is on, or a writer is in the queue. */
  | "paused"
  /** ZooKeeper does not answer. No event starts; the gate opens again when it answers before the session ends. */
  | "suspended"
  /** close() was called: final. */
  | "closed";

/** Thrown to whoever waits for a gate that was closed. */
export class GateClosedError extends Error {
  constructor() {
    super("the gate was closed with close(): no further event starts; open a new gate to go on");
    this.name = "GateClosedError";
  }
}

/** What says how long the read lock is certainly held: see Session.leaseEnd. */
interface Lease {
  readonly leaseEnd: number;
}

const noLease: Lease = { leaseEnd: Number.NEGATIVE_INFINITY };

export class Entry {
  #state: GateState = "connecting";
  #lease: Lease = noLease;
  #inFlight = 0;
  #ending = false;
  #cancelTimer: (() => void) | undefined;
  #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  readonly #listeners = new Set<(state: GateState) => void>();
  readonly #clock: Clock;
  readonly #log: Log;
  /** Rung when the last event in flight has ended while the gate is not open, and when the lease ran out. */
  readonly #ring: () => void;

  constructor(clock: Clock, log: Log, ring: () => void) {
    this.#clock = clock;
    this.#log = log;
    this.#ring = ring;
  }

  get state(): GateState {
    return this.#state;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** True: one more event is in flight, and leave() must follow. */
  tryEnter(): boolean {
    if (this.#state !== "open") return false;
    if (this.#clock.monotonic() >= this.#lease.leaseEnd) {
      this.#runOut();
      return false;
    }
    this.#inFlight++;
    return true;
  }

  /** Throws Error where nothing is in flight. */
  leave(): void {
    if (this.#inFlight === 0) throw new Error("leave() without an enter: call it once for each event that entered");
    this.#inFlight--;
    if (this.#inFlight === 0 && this.#state !== "open") this.#ring();
  }

  /** Resolves when the gate is open, if only for a moment. Rejects with GateClosedError. */
  opened(): Promise<void> {
    if (this.#ending) return Promise.reject(new GateClosedError());
    if (this.#state === "open") return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  onState(listener: (state: GateState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets events in until the lease runs out. */
  open(lease: Lease): void {
    if (this.#ending || this.#state === "open") return;
    this.#lease = lease;
    this.#to("open");
    this.#watchLease();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) one.resolve();
  }

  /** From now on no event starts. */
  shut(state: Exclude<GateState, "open">): void {
    if (this.#state === "closed") return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#lease = noLease;
    this.#to(state);
  }

  /** No event starts any more, and whoever waits is told so. `shut("closed")` follows when all is done. */
  end(): void {
    this.#ending = true;
    this.shut("draining");
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) one.reject(new GateClosedError());
  }

  #runOut(): void {
    this.shut("suspended");
    this.#ring();
  }

  // Entries check the lease themselves. The timer is for whoever reads the state of an idle gate.
  #watchLease(): void {
    this.#cancelTimer = this.#clock.after(this.#lease.leaseEnd - this.#clock.monotonic(), () => {
      if (this.#clock.monotonic() >= this.#lease.leaseEnd) this.#runOut();
      else this.#watchLease();
    });
  }

  #to(state: GateState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) {
      try {
        listener(state);
      } catch (error) {
        this.#log.error("a listener of the gate threw", { state, error: messageOf(error) });
      }
    }
  }
}
