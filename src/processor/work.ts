// What work that was let in is handed, and how it is told that its gate wants to close.
//
// Promised: the token is the one that the work entered under, also when the lock was lost since and taken again; leaving a lease
// twice counts once.

/** Why a gate lets nothing more in. */
export type ClosingReason =
  /** A window is on, or about to begin. */
  | "window"
  /** close() was called. */
  | "close"
  /** Somebody else deleted the read node: a writer may go ahead as soon as it looks. */
  | "read node deleted"
  /** ZooKeeper does not answer: the read lock may be lost before it does. */
  | "suspended"
  /** The session with ZooKeeper is over, and the read lock with it. */
  | "session lost";

const meaning: Readonly<Record<ClosingReason, string>> = {
  window: "a window is on; it waits until what is in flight has ended",
  close: "close() was called; it waits until what is in flight has ended",
  "read node deleted": "somebody deleted its read node, so a writer may not wait for what is in flight",
  suspended: "ZooKeeper does not answer, so the read lock may be lost while this goes on",
  "session lost": "its session with ZooKeeper is over, so nobody waits for what is in flight",
};

/** The reason of an aborted `GateWork.signal`. */
export class GateClosingError extends Error {
  readonly reason: ClosingReason;
  constructor(reason: ClosingReason) {
    super(`the gate closes: ${meaning[reason]}`);
    this.name = "GateClosingError";
    this.reason = reason;
  }
}

/** Thrown to whoever waits for a gate that was closed. */
export class GateClosedError extends Error {
  constructor() {
    super("the gate was closed with close(): this processor starts no more events");
    this.name = "GateClosedError";
  }
}

/** What work knows of the gate that let it in. */
export interface GateWork {
  /** Aborts when the gate wants to close, with a GateClosingError as its reason: long work may stop early, and should where it can. */
  readonly signal: AbortSignal;
  /** Of the read lock that the work is done under. What the work writes to can refuse a lower one. */
  readonly fencingToken: bigint;
}

/** Work in flight, until it leaves. With `using`, at the end of the block. */
export class GateLease implements GateWork, Disposable {
  readonly signal: AbortSignal;
  readonly fencingToken: bigint;
  #leave: (() => void) | undefined;

  constructor({ signal, fencingToken }: GateWork, leave: () => void) {
    this.signal = signal;
    this.fencingToken = fencingToken;
    this.#leave = leave;
  }

  /** The work has ended, whatever became of it. Calling it again does nothing. */
  leave(): void {
    const leave = this.#leave;
    this.#leave = undefined;
    leave?.();
  }

  [Symbol.dispose](): void {
    this.leave();
  }
}
