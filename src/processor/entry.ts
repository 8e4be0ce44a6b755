// The gate's own side: whether an event may start now, how many are in flight, and who is told of a change. No ZooKeeper here.
//
// Promised: an entry sends nothing and allocates nothing; an event starts only while the gate is open and the session's lease has
// not run out by this process's monotonic clock, even if this process was stopped for hours in between. Places that become free
// go to those who wait, in their order.
import { setMaxListeners } from "node:events";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { Drain, type DrainSettings } from "./drain.ts";
import { Line } from "./line.ts";
import { type GateCounters, type GateObserver, Meter } from "./meter.ts";
import type { GateState } from "./states.ts";
import { type ClosingReason, GateClosedError, GateClosingError, type GateWork } from "./work.ts";

/** A session's lease: until when it is certainly alive, read anew at each entry. */
export interface SessionLease {
  readonly leaseEnd: number;
}

export interface EntrySettings extends DrainSettings {
  readonly clock: Clock;
  readonly log: Log;
  /** How many may be in flight at a time. */
  readonly maxInFlight: number;
  readonly observer: GateObserver;
}

type StateListener = (state: GateState, previous: GateState) => void;

interface Opening {
  readonly lease: SessionLease;
  readonly work: GateWork;
  readonly closing: AbortController;
}

const reasons: Readonly<Partial<Record<GateState, ClosingReason>>> = { suspended: "suspended", connecting: "session lost" };

export class Entry {
  #state: GateState = "connecting";
  /** Present while the state is open. */
  #opening: Opening | undefined;
  #inFlight = 0;
  readonly #counted = { entered: 0, refused: 0, waited: 0 };
  #ending = false;
  #cancelTimer: (() => void) | undefined;
  readonly #line = new Line();
  readonly #untilOpen = new Line();
  readonly #listeners = new Set<StateListener>();
  readonly #untold: (readonly [state: GateState, previous: GateState])[] = [];
  readonly #settings: EntrySettings;
  readonly #meter: Meter;
  readonly #drain: Drain;
  /** Rung when the last event in flight has ended while the gate is not open, when the drain is overdue and when the lease ran out. */
  readonly #ring: () => void;

  constructor(settings: EntrySettings, ring: () => void) {
    this.#settings = settings;
    this.#ring = ring;
    this.#meter = new Meter(settings.clock, settings.log, settings.observer);
    this.#drain = new Drain(settings, () => {
      this.#meter.overdue(this.#inFlight);
      ring();
    });
  }

  get state(): GateState {
    return this.#state;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get counters(): GateCounters {
    return this.#meter.read(this.#counted);
  }

  /** Whether the read lock must be kept for what is in flight. */
  get isBusy(): boolean {
    return this.#inFlight > 0 && !this.#drain.isGivenUp;
  }

  /** True: one more event is in flight, and leave() must follow. */
  tryEnter(): boolean {
    if (this.enterNow() !== undefined) return true;
    this.#counted.refused++;
    return false;
  }

  /** As tryEnter(), for those who would wait otherwise: it counts no refusal. */
  enterNow(): GateWork | undefined {
    const opening = this.#usable();
    if (opening === undefined || this.#inFlight >= this.#settings.maxInFlight) return undefined;
    this.#inFlight++;
    this.#counted.entered++;
    return opening.work;
  }

  /** Waits until the gate is open and has room; leave() must follow. Rejects with GateClosedError, or with the signal's reason. */
  async enter(signal?: AbortSignal): Promise<GateWork> {
    signal?.throwIfAborted();
    const work = this.enterNow();
    if (work !== undefined) return work;
    this.#counted.waited++;
    for (;;) {
      if (this.#ending) throw new GateClosedError();
      await this.#line.wait(signal);
      // The place was handed to us a while ago: in between the gate may have closed, or the lease have run out.
      const opening = this.#usable();
      if (opening !== undefined) {
        this.#counted.entered++;
        return opening.work;
      }
      this.leave();
    }
  }

  /** Throws Error where nothing is in flight. */
  leave(): void {
    if (this.#inFlight === 0) throw new Error("leave() without an enter: call it once for each event that entered");
    this.#inFlight--;
    if (this.#state === "open") this.#handOut();
    else if (this.#inFlight === 0) {
      this.#drain.end();
      this.#meter.idle();
      this.#ring();
    }
  }

  /** Resolves when the gate is open, if only for a moment. Rejects with GateClosedError. */
  opened(): Promise<void> {
    if (this.#ending) return Promise.reject(new GateClosedError());
    return this.#state === "open" ? Promise.resolve() : this.#untilOpen.wait();
  }

  onState(listener: StateListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets events in until the lease runs out. */
  open(lease: SessionLease, fencingToken: bigint): void {
    if (this.#ending || this.#state === "open") return;
    const closing = new AbortController();
    setMaxListeners(0, closing.signal); // one for each event in flight is no leak
    this.#opening = { lease, work: Object.freeze({ signal: closing.signal, fencingToken }), closing };
    this.#drain.end();
    // Before anybody is told: who is told may shut the gate again, and that takes the timer away.
    this.#watchLease(lease);
    this.#to("open");
    while (this.#untilOpen.next());
    this.#handOut();
  }

  /** From now on no event starts. */
  shut(state: Exclude<GateState, "open">, reason: ClosingReason = reasons[state] ?? "window"): void {
    if (this.#state === "closed") return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const opening = this.#opening;
    this.#opening = undefined;
    this.#to(state);
    if (state === "draining" && this.#inFlight > 0) this.#drain.begin(() => this.#inFlight);
    opening?.closing.abort(new GateClosingError(reason));
  }

  /** No event starts any more, and whoever waits is told so. `shut("closed")` follows when all is done. */
  end(): void {
    this.#ending = true;
    this.shut("draining", "close");
    for (const line of [this.#untilOpen, this.#line]) line.reject(new GateClosedError());
  }

  #usable(): Opening | undefined {
    const opening = this.#opening;
    if (opening === undefined || this.#settings.clock.monotonic() < opening.lease.leaseEnd) return opening;
    this.#runOut();
    return undefined;
  }

  #handOut(): void {
    while (this.#line.length > 0 && this.#inFlight < this.#settings.maxInFlight && this.#usable() !== undefined) {
      this.#inFlight++;
      this.#line.next();
    }
  }

  #runOut(): void {
    this.shut("suspended");
    this.#ring();
  }

  // Entries check the lease themselves. The timer is for whoever reads the state of an idle gate.
  #watchLease(lease: SessionLease): void {
    const { clock } = this.#settings;
    this.#cancelTimer = clock.after(lease.leaseEnd - clock.monotonic(), () => {
      if (clock.monotonic() >= lease.leaseEnd) this.#runOut();
      else this.#watchLease(lease);
    });
  }

  #to(state: GateState): void {
    const previous = this.#state;
    if (previous === state) return;
    this.#state = state;
    this.#meter.changed(state, previous, this.#inFlight);
    this.#untold.push([state, previous]);
    // A listener may change the state itself, with close() for one: the others are told of this change first.
    if (this.#untold.length > 1) return;
    for (let change = this.#untold[0]; change !== undefined; change = this.#untold[0]) {
      this.#tell(...change);
      this.#untold.shift();
    }
  }

  #tell(state: GateState, previous: GateState): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(state, previous);
      } catch (error) {
        this.#settings.log.error("a listener of the gate threw", { state, error: messageOf(error) });
      }
    }
  }
}
