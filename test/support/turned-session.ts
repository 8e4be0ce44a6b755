// A session whose requests, answers and watches all wait for their turn, which a test gives in whatever order it likes: so that it
// meets the orders in which things can happen, and not the one in which they most often do.
//
// Promised: one taker's own requests stay in order, as long as it waits for each answer. A timer is a turn too, at any time; those
// of half a minute and more never come, so that who lost a watch is seen to wait for ever.
import type { Clock } from "../../src/shared/clock.ts";
import type { Mode, Node, Operation, Session, SessionState, Stat } from "../../src/zookeeper/session.ts";

const neverMs = 30_000;

export class Turns {
  readonly #pending = new Set<() => void>();

  get pending(): number {
    return this.#pending.size;
  }

  /** Resolves when it is given. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.#pending.add(resolve));
  }

  /** Gives one of those that wait, and lets follow what follows from it. */
  async give(index: number): Promise<void> {
    const chosen = [...this.#pending][index % Math.max(1, this.#pending.size)];
    if (chosen !== undefined) this.#pending.delete(chosen);
    chosen?.();
    await new Promise((resolve) => setImmediate(resolve));
  }

  readonly clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    after: (ms, call) => {
      if (ms >= neverMs) return () => undefined;
      this.#pending.add(call);
      return () => this.#pending.delete(call);
    },
  };
}

export class TurnedSession implements Session {
  readonly #session: Session;
  readonly #turns: Turns;

  constructor(session: Session, turns: Turns) {
    this.#session = session;
    this.#turns = turns;
  }

  get id(): string {
    return this.#session.id;
  }
  get timeoutMs(): number {
    return this.#session.timeoutMs;
  }
  get state(): SessionState {
    return this.#session.state;
  }
  get leaseEnd(): number {
    return this.#session.leaseEnd;
  }
  get sent(): Session["sent"] {
    return this.#session.sent;
  }
  onState(listener: (state: SessionState) => void): () => void {
    return this.#session.onState(listener);
  }

  create(path: string, data: Buffer, mode: Mode): Promise<string> {
    return this.#taken(() => this.#session.create(path, data, mode));
  }
  createParents(path: string, as?: "lock"): Promise<void> {
    return this.#taken(() => this.#session.createParents(path, as));
  }
  get(path: string, watch?: () => void): Promise<Node | undefined> {
    return this.#taken(() => this.#session.get(path, this.#later(watch)));
  }
  exists(path: string, watch?: () => void): Promise<Stat | undefined> {
    return this.#taken(() => this.#session.exists(path, this.#later(watch)));
  }
  children(path: string, watch?: () => void): Promise<readonly string[] | undefined> {
    return this.#taken(() => this.#session.children(path, this.#later(watch)));
  }
  set(path: string, data: Buffer, version: number): Promise<Stat> {
    return this.#taken(() => this.#session.set(path, data, version));
  }
  remove(path: string, version: number): Promise<void> {
    return this.#taken(() => this.#session.remove(path, version));
  }
  transaction(operations: readonly Operation[]): Promise<readonly string[]> {
    return this.#taken(() => this.#session.transaction(operations));
  }
  sync(path: string): Promise<void> {
    return this.#taken(() => this.#session.sync(path));
  }
  close(): Promise<void> {
    return this.#session.close();
  }

  /** One turn until the servers get the request, another until the answer is back. */
  async #taken<T>(ask: () => Promise<T>): Promise<T> {
    await this.#turns.turn();
    try {
      return await ask();
    } finally {
      await this.#turns.turn();
    }
  }

  #later(watch: (() => void) | undefined): (() => void) | undefined {
    return watch && (() => void this.#turns.turn().then(watch));
  }
}
