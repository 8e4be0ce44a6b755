// What a gate has done so far, in numbers to be read at any time, and the rare things told as they happen.
//
// Promised: nothing is called for an event; an observer that throws is logged and harms nobody.
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import type { GateState } from "./states.ts";

/** All of them only grow. */
export interface GateCounters {
  /** Work that was let in. */
  readonly entered: number;
  /** How often tryEnter() answered false. */
  readonly refused: number;
  /** How often run() and enter() had to wait. */
  readonly waited: number;
  /** How often the gate opened. */
  readonly openings: number;
  /** Seconds between a closing and the next opening, those of a pause that lasts still included. */
  readonly pausedSeconds: number;
  /** How often the gate closed and what was in flight ended before it opened again. */
  readonly drains: number;
  /** Seconds that this took, in all. */
  readonly drainSeconds: number;
  /** How often it took longer than `drainTimeoutMs`. */
  readonly drainsOverdue: number;
}

/** Called as it happens. Leave out what you do not need. */
export interface GateObserver {
  readonly state?: (state: GateState, previous: GateState) => void;
  /** The gate is open again: how long it was not. */
  readonly paused?: (seconds: number) => void;
  /** The gate closed, and what was in flight has ended: how long that took. */
  readonly drained?: (seconds: number) => void;
  /** `drainTimeoutMs` is over, and so many are still in flight. */
  readonly drainOverdue?: (inFlight: number) => void;
}

export class Meter {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #observer: GateObserver;
  #closedAt: number | undefined;
  #isDraining = false;
  #openings = 0;
  #pausedMs = 0;
  #drains = 0;
  #drainMs = 0;
  #overdue = 0;

  constructor(clock: Clock, log: Log, observer: GateObserver) {
    this.#clock = clock;
    this.#log = log;
    this.#observer = observer;
  }

  changed(state: GateState, previous: GateState, inFlight: number): void {
    if (state === "open") this.#opened();
    if (previous === "open") {
      this.#closedAt = this.#clock.monotonic();
      this.#isDraining = true;
      if (inFlight === 0) this.idle();
    }
    this.#tell("state", () => this.#observer.state?.(state, previous));
  }

  /** Nothing is in flight any more. */
  idle(): void {
    if (!this.#isDraining) return;
    this.#isDraining = false;
    const ms = this.#sinceClosed();
    this.#drains++;
    this.#drainMs += ms;
    this.#tell("drained", () => this.#observer.drained?.(ms / 1000));
  }

  overdue(inFlight: number): void {
    this.#overdue++;
    this.#tell("drainOverdue", () => this.#observer.drainOverdue?.(inFlight));
  }

  read({ entered, refused, waited }: Pick<GateCounters, "entered" | "refused" | "waited">): GateCounters {
    const pausedSeconds = (this.#pausedMs + this.#sinceClosed()) / 1000;
    const drains = { drains: this.#drains, drainSeconds: this.#drainMs / 1000, drainsOverdue: this.#overdue };
    return { entered, refused, waited, openings: this.#openings, pausedSeconds, ...drains };
  }

  #opened(): void {
    this.#openings++;
    this.#isDraining = false;
    if (this.#closedAt === undefined) return;
    const ms = this.#sinceClosed();
    this.#pausedMs += ms;
    this.#closedAt = undefined;
    this.#tell("paused", () => this.#observer.paused?.(ms / 1000));
  }

  #sinceClosed(): number {
    return this.#closedAt === undefined ? 0 : this.#clock.monotonic() - this.#closedAt;
  }

  #tell(what: keyof GateObserver, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#log.error("the observer of the gate threw", { what, error: messageOf(error) });
    }
  }
}
