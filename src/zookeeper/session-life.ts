// The life of one session: its state, its calls, its watches and its end, over one Connection and one Watchdog.
//
// Promised: `connected` only while the lease lasts, by the clock and not by whether a timer came; `lost` and `closed` are
// final; every call is settled, by its answer, its deadline, or the end of the connection it was sent on.
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { Calls, type Watching } from "./calls.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { Grant } from "./connection-events.ts";
import { keepAlive } from "./keep-alive.ts";
import { closeRequest, type Request, Requests } from "./requests.ts";
import { type SessionState, ZooKeeperError } from "./session.ts";
import { Watchdog } from "./watchdog.ts";
import { Watches } from "./watches.ts";

export interface LifeOptions extends ConnectionOptions {
  readonly callTimeoutMs: number;
  readonly log: Log;
  /** A path of the server as the session's user names it. */
  readonly shown: (path: string) => string;
}

/** Answered by the leader, not by a follower alone: one that was cut off from its leader must not extend the lease. */
const heartbeat = new Requests("", { kind: "open" }).sync("/");
const closeDeadlineMs = 2_000;

export class SessionLife {
  readonly #options: LifeOptions;
  readonly #clock: Clock;
  readonly #connection: Connection;
  readonly #watchdog: Watchdog;
  readonly #calls: Calls;
  readonly #watches = new Watches();
  readonly #listeners = new Set<(state: SessionState) => void>();
  readonly #letGo = keepAlive();
  #log: Log;
  #state: SessionState | "opening" = "opening";
  #grant: Grant | undefined;
  #end: ZooKeeperError | undefined;
  #opened: { resolve(): void; reject(error: ZooKeeperError): void } | undefined;
  #closing: Promise<void> | undefined;
  #goodbye: (() => void) | undefined;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#watchdog = new Watchdog(options.clock, {
      beat: (answered) => this.#beat(answered),
      silent: (why) => this.#connection.drop(why),
      over: (why) => this.#lose(new ZooKeeperError("SessionLost", `session ${this.id} is given up: ${why}`)),
    });
    this.#connection = new Connection(options, {
      connected: (grant) => this.#connected(grant),
      disconnected: (why) => this.#disconnected(why),
      over: (error) => this.#lose(error),
      changed: (event, path) => this.#callAll(this.#watches.take(event, options.shown(path))),
    });
    this.#calls = new Calls({
      clock: options.clock,
      callTimeoutMs: options.callTimeoutMs,
      connection: this.#connection,
      watches: this.#watches,
      state: () => this.state,
      end: () => this.#end,
    });
  }

  get id(): string {
    return this.#grant?.id ?? "0x0000000000000000";
  }
  get timeoutMs(): number {
    return this.#grant?.timeoutMs ?? 0;
  }
  get leaseEnd(): number {
    return this.#watchdog.leaseEnd;
  }
  get sent(): { readonly requests: number; readonly heartbeats: number } {
    return this.#connection.sent;
  }

  get state(): SessionState {
    if (this.#state === "opening") return "suspended";
    if (this.#state !== "connected" && this.#state !== "suspended") return this.#state;
    const verdict = this.#watchdog.verdict();
    if (verdict === "over") return "lost";
    return verdict === "doubtful" ? "suspended" : this.#state;
  }

  onState(listener: (state: SessionState) => void): () => void {
    const own = (state: SessionState) => listener(state); // the same function may listen twice
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Resolves once the session was granted and its first heartbeat answered. */
  open(signal: AbortSignal | undefined): Promise<void> {
    const abort = () => this.#lose(new ZooKeeperError("SessionLost", "the session was no longer wanted before it was open"));
    const opened = new Promise<void>((resolve, reject) => {
      this.#opened = { resolve, reject };
    });
    if (signal?.aborted) abort();
    else this.#connection.connect();
    signal?.addEventListener("abort", abort, { once: true });
    return opened.finally(() => signal?.removeEventListener("abort", abort));
  }

  ask<T>(request: Request<T>, watching?: Watching): Promise<T> {
    return this.#calls.ask(request, watching);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #beat(answered: () => void): void {
    this.#connection.send(
      heartbeat,
      (answer) => {
        if (answer.kind !== "answered") return;
        answered();
        this.#becomeOpen();
      },
      true,
    );
  }

  #becomeOpen(): void {
    if (this.#state !== "opening") return;
    this.#enter("connected");
    this.#opened?.resolve();
  }

  #connected(grant: Grant): void {
    if (this.#state === "suspended" && this.#watchdog.verdict() === "over") {
      this.#lose(new ZooKeeperError("SessionLost", `session ${this.id} is given up: it was away for its whole timeout`));
      return;
    }
    this.#grant = grant;
    this.#log = this.#options.log.with({ session: grant.id, server: grant.server });
    this.#log.info("connected to ZooKeeper", { timeoutMs: grant.timeoutMs });
    this.#watchdog.connected(grant.timeoutMs, grant.sentAt);
    if (this.#state === "suspended") this.#enter("connected");
    this.#goodbye?.();
  }

  #disconnected(why: string): void {
    const first = this.#state === "connected";
    this.#log[first ? "warn" : "debug"]("no connection to ZooKeeper", { error: why });
    if (this.#grant !== undefined) this.#watchdog.disconnected();
    if (first) this.#enter("suspended");
    else if (this.#state === "opening" && this.#grant !== undefined) {
      this.#lose(new ZooKeeperError("ConnectionLoss", `a ZooKeeper server granted a session and then gave no answer (${why})`));
    }
  }

  #lose(error: ZooKeeperError): void {
    if (this.#end === undefined) this.#end = error;
    this.#finish();
    if (this.#state === "closed" || this.#state === "lost") return;
    if (this.#state === "opening") this.#opened?.reject(error);
    else this.#log.error("the ZooKeeper session is lost", { error: error.message });
    this.#enter("lost");
    this.#connection.end(error.message);
  }

  #finish(): void {
    this.#watchdog.stop();
    this.#letGo();
    this.#goodbye?.();
  }

  #enter(state: SessionState): void {
    if (this.#state === state) return;
    const left = this.#state === "connected";
    this.#state = state;
    for (const listener of [...this.#listeners]) this.#call(() => listener(state));
    if (left) this.#callAll(this.#watches.takeAll());
  }

  async #close(): Promise<void> {
    // By the clock it may be lost though no timer has come to say so: that is final, too.
    if (this.state === "lost") return this.#lose(new ZooKeeperError("SessionLost", `session ${this.id} was lost before it was closed`));
    this.#end = new ZooKeeperError("SessionLost", `session ${this.id} was closed`);
    this.#enter("closed");
    await this.#sayGoodbye();
    this.#finish();
    this.#connection.end(this.#end.message);
  }

  /** Asks the server to end the session, on the next connection if there is none now; gives up after a short while. */
  #sayGoodbye(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(closeDeadlineMs, () => done());
      const done = () => {
        cancel();
        this.#goodbye = undefined;
        resolve();
      };
      const say = () => this.#connection.send(closeRequest, done);
      if (this.#connection.isConnected) say();
      this.#goodbye = () => (this.#connection.isConnected ? say() : done());
    });
  }

  #callAll(calls: Iterable<() => void>): void {
    for (const call of calls) this.#call(call);
  }

  /** What a user's function throws must not end the reading of the connection. */
  #call(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#log.error("a function that watches ZooKeeper threw", { error: messageOf(error) });
    }
  }
}
