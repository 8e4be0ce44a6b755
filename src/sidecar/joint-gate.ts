// The gates of several locks as one: a unit of work enters all of them or none.
//
// Promised: it is open only while every gate is, and an entry says so by each session's lease, not by what was last heard.
// Entering never waits, so no unit of work holds one lock while it waits for another: two sidecars cannot block each other.
// A gate whose own lock is asked for drains for that one alone; work that is in flight holds all of them until it ends.
import type { GateState, ProcessorGate } from "../processor/index.ts";

export type Gate = Pick<ProcessorGate, "state" | "tryEnter" | "leave" | "onState" | "fencingToken" | "close">;

export interface GuardedLock {
  readonly path: string;
  readonly signalPath: string;
  readonly gate: Gate;
}

/** The order of the locks is the order of the tokens; undefined: that lock is not held. */
export type Tokens = readonly (bigint | undefined)[];

/** Which state stands for all of them: the first of these that one of the gates is in. */
const gravest: readonly GateState[] = ["closed", "connecting", "suspended", "draining", "paused", "opening"];

export class JointGate {
  readonly locks: readonly GuardedLock[];

  constructor(locks: readonly GuardedLock[]) {
    this.locks = locks;
  }

  get state(): GateState {
    const states = this.locks.map(({ gate }) => gate.state);
    return gravest.find((state) => states.includes(state)) ?? "open";
  }

  get tokens(): Tokens {
    return this.locks.map(({ gate }) => gate.fencingToken);
  }

  /** True: leave() must follow. */
  tryEnter(): boolean {
    const entered: Gate[] = [];
    for (const { gate } of this.locks) {
      if (!gate.tryEnter()) {
        for (const one of entered) one.leave();
        return false;
      }
      entered.push(gate);
    }
    return true;
  }

  leave(): void {
    for (const { gate } of this.locks) gate.leave();
  }

  /** Calls back at every change of any gate, while that gate still holds its lock if it did. */
  onState(listener: () => void): void {
    for (const { gate } of this.locks) gate.onState(listener);
  }

  /** Resolves when every lock is released; work in flight finishes before. */
  async close(): Promise<void> {
    await Promise.all(this.locks.map(({ gate }) => gate.close()));
  }
}
