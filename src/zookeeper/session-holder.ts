// Holds a session for a user that lives longer than any session: opens one, and a new one whenever the last is lost.
//
// Promised: it never gives up and is never without a reason why there is no session; a session it hands out was open, and is
// replaced only after it was lost; after `close` no session of it is left.
// Not promised: that the session it hands out is connected (ask its `state`), or that two answers name the same session.
import { delay } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { openSession, type SessionOptions } from "./client.ts";
import { keepAlive } from "./keep-alive.ts";
import { type Session, ZooKeeperError, type ZooKeeperErrorCode } from "./session.ts";

export type HeldSession =
  | { readonly kind: "session"; readonly session: Session }
  /** `code` tells credentials that are refused (`AuthFailed`, `NoAuth`) from servers that do not answer; none before the first try ended. */
  | { readonly kind: "none"; readonly why: string; readonly code: ZooKeeperErrorCode | undefined };

export interface SessionHolder {
  current(): HeldSession;
  /** Calls back whenever `current` changes; the answer ends it. */
  onChange(listener: () => void): () => void;
  /** Closes the session, if there is one, and opens none any more. */
  close(): Promise<void>;
}

const firstWaitMs = 250;
const longestWaitMs = 15_000;
/** A refused login stays refused until somebody mends it. */
const refusedWaitMs = 30_000;

export interface HolderOptions extends Omit<SessionOptions, "signal"> {
  /** Asked of each new session before it is handed out; where it throws, that is the reason why there is none, and it is tried again. */
  readonly prepare?: (session: Session) => Promise<void>;
}

export function holdSession(options: HolderOptions): SessionHolder {
  const holder = new Holder(options);
  holder.start();
  return holder;
}

class Holder implements SessionHolder {
  readonly #options: HolderOptions;
  readonly #listeners = new Set<() => void>();
  readonly #closed = new AbortController();
  #current: HeldSession;
  #running: Promise<void> = Promise.resolve();

  constructor(options: HolderOptions) {
    this.#options = options;
    this.#current = { kind: "none", why: `no ZooKeeper session yet: asking ${options.servers}`, code: undefined };
  }

  start(): void {
    this.#running = this.#run();
  }

  current(): HeldSession {
    return this.#current;
  }

  onChange(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    const letGo = keepAlive();
    for (let failures = 0; !signal.aborted; ) {
      const opened = await this.#open();
      if (opened === undefined) {
        await delay(this.#options.clock, this.#wait(failures), signal);
        failures += 1;
      } else {
        failures = 0;
        await this.#keep(opened);
      }
    }
    letGo();
    this.#become({ kind: "none", why: "the holder of the ZooKeeper session was closed", code: undefined });
  }

  async #open(): Promise<Session | undefined> {
    try {
      return await this.#prepared(await openSession({ ...this.#options, signal: this.#closed.signal }));
    } catch (error) {
      const code = error instanceof ZooKeeperError ? error.code : undefined;
      const why = messageOf(error);
      if (!this.#closed.signal.aborted) this.#options.log.warn("no ZooKeeper session", { error: why });
      this.#become({ kind: "none", why, code });
      return undefined;
    }
  }

  async #prepared(session: Session): Promise<Session> {
    try {
      await this.#options.prepare?.(session);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Resolves once the session is lost, or was closed because the holder was. */
  async #keep(session: Session): Promise<void> {
    const lost = Promise.withResolvers<void>();
    const { signal } = this.#closed;
    const settle = () => {
      if (session.state === "lost" || signal.aborted) lost.resolve();
    };
    const stop = session.onState(settle);
    signal.addEventListener("abort", settle, { once: true });
    this.#become({ kind: "session", session });
    settle();
    await lost.promise;
    stop();
    signal.removeEventListener("abort", settle);
    if (signal.aborted) await session.close();
    else
      this.#become({
        kind: "none",
        why: `ZooKeeper session ${session.id} was lost: asking ${this.#options.servers} for a new one`,
        code: "SessionLost",
      });
  }

  /** Doubles from one failure to the next, and is spread so that many holders do not come at once. */
  #wait(failures: number): number {
    const isRefused = this.#current.kind === "none" && this.#current.code === "AuthFailed";
    const longest = isRefused ? refusedWaitMs : Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures, 10));
    return (longest * (1 + (this.#options.random ?? Math.random)())) / 2;
  }

  #become(next: HeldSession): void {
    this.#current = next;
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.#options.log.error("a function that watches the ZooKeeper session threw", { error: messageOf(error) });
      }
    }
  }
}
