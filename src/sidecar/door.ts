// The door to the locks: open or closed for everybody in the Pod, and told to all of them in the right order.
//
// While the door is open it is itself in the gate, as one unit of work. So the locks outlive the closing: the file is removed, whoever
// listens is told and the closing hook is called, and only then does the door leave; the locks are released when it and all work
// have left.
// Promised: nothing enters from the instant at which one of the gates closes until the closing is over and every gate is open again.

import type { GateState } from "../processor/index.ts";
import { Bell } from "../shared/bell.ts";
import { type Clock, delay } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import type { GateFile } from "./gate-file.ts";
import type { Hooks } from "./hooks.ts";
import type { JointGate, Tokens } from "./joint-gate.ts";

export interface DoorParts {
  readonly gate: JointGate;
  readonly file: Pick<GateFile, "make" | "remove">;
  readonly hooks: Pick<Hooks, "opening" | "closing">;
  readonly clock: Clock;
  readonly log: Log;
}

const filePauseMs = 1000;

export class Door {
  readonly #parts: DoorParts;
  readonly #bell = new Bell();
  readonly #listeners = new Set<() => void>();
  readonly #kept: Promise<void>;
  #closed: Promise<void> | undefined;
  /** Of the present opening: aborts when it ends. */
  #opening: AbortController | undefined;
  #told: GateState = "connecting";
  #since: number;

  constructor(parts: DoorParts) {
    this.#parts = parts;
    this.#since = parts.clock.now();
    parts.gate.onState(() => this.#changed());
    // Not at once: whoever is told of an opening asks this door, which its maker does not have yet.
    this.#kept = Promise.resolve().then(() => this.#keep());
  }

  /** `open` only while work may enter. */
  get state(): GateState {
    const { state } = this.#parts.gate;
    if (this.#isOpen) return "open";
    return state === "open" ? this.#almostOpen() : state;
  }

  /** When the state came to be what it is, in milliseconds since 1970. */
  get since(): number {
    return this.#since;
  }

  get tokens(): Tokens {
    return this.#parts.gate.tokens;
  }

  /** True: one more unit of work is under way, and leave() must follow. */
  tryEnter(): boolean {
    return this.#isOpen && this.#parts.gate.tryEnter();
  }

  leave(): void {
    this.#parts.gate.leave();
  }

  /** Looks once more by the clock: an open door that a stopped process left behind is found closed. */
  look(): GateState {
    if (this.tryEnter()) this.leave();
    return this.state;
  }

  /** Calls back at every change; the answer ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Closes for good; resolves when all work has left and every lock is released. May be called again. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    const released = this.#parts.gate.close();
    this.#bell.ring();
    await this.#kept;
    await released;
  }

  get #isOpen(): boolean {
    return this.#opening !== undefined && !this.#opening.signal.aborted;
  }

  /** Every gate is open and the door is not: it is about to be, or still busy with its last closing. */
  #almostOpen(): GateState {
    return this.#opening === undefined ? "opening" : "draining";
  }

  async #keep(): Promise<void> {
    const { gate, clock } = this.#parts;
    while (this.#closed === undefined) {
      this.#bell.hear();
      if (gate.tryEnter()) await this.#beOpen();
      else await this.#bell.wait(clock, Number.POSITIVE_INFINITY);
    }
  }

  /** From one opening to the end of its closing. */
  async #beOpen(): Promise<void> {
    const { gate, file, hooks, clock } = this.#parts;
    const opening = new AbortController();
    this.#opening = opening;
    file.make();
    this.#tell();
    const told = hooks.opening(opening.signal);
    while (!opening.signal.aborted) {
      this.#bell.hear();
      await this.#bell.wait(clock, Number.POSITIVE_INFINITY);
    }
    await told;
    await hooks.closing();
    while (!file.remove()) await delay(clock, filePauseMs);
    gate.leave();
    this.#opening = undefined;
    this.#tell();
  }

  #changed(): void {
    if (this.#isOpen && this.#parts.gate.state !== "open") {
      // The file first: nobody who was told otherwise may still find it.
      this.#parts.file.remove();
      this.#opening?.abort();
    }
    this.#tell();
    this.#bell.ring();
  }

  #tell(): void {
    const { state } = this;
    if (state !== this.#told) {
      this.#told = state;
      this.#since = this.#parts.clock.now();
      this.#parts.log.info(`the gate is ${state}`);
    }
    for (const listener of [...this.#listeners]) listener();
  }
}
