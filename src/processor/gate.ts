// The gate that a processor puts its events through: open while the processor holds its read lock, shut while a window is on.
//
// Promised: no event starts unless the read lock is certainly held; nothing is sent to ZooKeeper for an event; the gate never
// gives up: it opens sessions anew for as long as it takes.
// Not promised: that an event in flight ends before its session does. A processor that is stopped in the middle of an event for
// longer than its session timeout cannot be waited for: whatever it writes to must check the fencing token.

import { Bell } from "../shared/bell.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import type { Access } from "../zookeeper/access.ts";
import { openSession } from "../zookeeper/client.ts";
import type { Session } from "../zookeeper/session.ts";
import { backoffMs } from "./backoff.ts";
import { Entry } from "./entry.ts";
import { type Environment, optionsFrom } from "./environment.ts";
import type { GateCounters } from "./meter.ts";
import { type GateOptions, type GateSettings, settingsOf } from "./options.ts";
import { ReadLock } from "./read-lock.ts";
import { type GateState, statesOf } from "./states.ts";
import { GateLease, type GateWork } from "./work.ts";

export interface EnterOptions {
  /** Gives up waiting, with the signal's reason. Work that was let in is not touched. */
  readonly signal?: AbortSignal | undefined;
}

/** Opens one session; rejects if the servers do not answer in time, or when the signal aborts. */
export type Connect = (signal: AbortSignal) => Promise<Session>;

export class ProcessorGate {
  readonly #settings: GateSettings;
  readonly #connect: Connect;
  readonly #log: Log;
  readonly #bell = new Bell();
  readonly #entry: Entry;
  readonly #done: Promise<void>;
  readonly #ending = new AbortController();
  #session: Session | undefined;
  /** Marks of sessions that were lost: this process lives on, so it takes them away itself once nothing is in flight. */
  readonly #leftMarks: string[] = [];
  #readLock: ReadLock | undefined;

  private constructor(settings: GateSettings, connect: Connect) {
    this.#settings = settings;
    this.#connect = connect;
    const { lockPath, name } = settings;
    this.#log = settings.log.with(name === undefined ? { lockPath } : { lockPath, window: name });
    this.#entry = new Entry({ ...settings, log: this.#log }, () => this.#bell.ring());
    this.#done = this.#keep();
  }

  /**
   * Starts to open a gate and answers it at once: `run` waits until it is open, `opened` tells.
   * Rejects for options that can never work. `connect` is for tests.
   */
  static async open(options: GateOptions, connect?: Connect): Promise<ProcessorGate> {
    const settings = settingsOf(options, process.env);
    return new ProcessorGate(settings, connect ?? connection(settings));
  }

  /**
   * As `open`, with options out of EXCLUSIVE_WINDOW_ZOOKEEPER, _LOCKS, _NAME, _SESSION_TIMEOUT_SECONDS, _WRITERS, _TLS_CA, _TLS_CERT,
   * _TLS_KEY and _DIGEST_FILE, and POD_IP; what is in `overrides` is not looked for there. Rejects with every variable that is
   * missing or wrong.
   */
  static async fromEnv(overrides: Partial<GateOptions> = {}, env: Environment = process.env, connect?: Connect): Promise<ProcessorGate> {
    const settings = settingsOf(optionsFrom(env, overrides), env);
    return new ProcessorGate(settings, connect ?? connection(settings));
  }

  /**
   * Waits until the gate is open and has room, handles the event and answers what it answers. Rejects with GateClosedError after
   * close(), and with the reason of `options.signal` if that aborts before the event was let in.
   */
  async run<T>(handle: (work: GateWork) => T | PromiseLike<T>, options: EnterOptions = {}): Promise<T> {
    options.signal?.throwIfAborted();
    const work = this.#entry.enterNow() ?? (await this.#entry.enter(options.signal));
    try {
      return await handle(work);
    } finally {
      this.#entry.leave();
    }
  }

  /**
   * For batches: waits as `run` does, and answers what is in flight until it leaves. Let batches be short, or let them end early when
   * the lease's signal aborts: a window waits for them.
   */
  async enter(options: EnterOptions = {}): Promise<GateLease> {
    const work = await this.#entry.enter(options.signal);
    return new GateLease(work, () => this.#entry.leave());
  }

  /** For hot loops. True: an event is in flight, and leave() must be called when it has ended, whatever became of it. */
  tryEnter(): boolean {
    return this.#entry.tryEnter();
  }

  /** Ends an event that tryEnter() let in. Throws Error where nothing is in flight. */
  leave(): void {
    this.#entry.leave();
  }

  /** Resolves when the gate is open, at once if it is. Rejects with GateClosedError after close(). */
  opened(): Promise<void> {
    return this.#entry.opened();
  }

  get state(): GateState {
    return this.#entry.state;
  }

  /** Calls back at every change of state, in order; the answer ends it. */
  onState(listener: (state: GateState, previous: GateState) => void): () => void {
    return this.#entry.onState(listener);
  }

  /** The present state and then every change, in order, until the gate is closed: `for await (const state of gate.states())`. */
  states(): AsyncGenerator<GateState, void, undefined> {
    return statesOf(
      () => this.#entry.state,
      (listener) => this.#entry.onState(listener),
    );
  }

  /** How many events have entered and not left. */
  get inFlight(): number {
    return this.#entry.inFlight;
  }

  /** What the gate has done so far. */
  get counters(): GateCounters {
    return this.#entry.counters;
  }

  /** Grows each time the read lock is taken; undefined while it is not held. What events write to can refuse a lower one. */
  get fencingToken(): bigint | undefined {
    return this.#readLock?.fencingToken;
  }

  /** What the present session has sent to ZooKeeper, heartbeats included. */
  get sent(): Session["sent"] {
    return this.#session?.sent ?? { requests: 0, heartbeats: 0 };
  }

  /**
   * Lets no event in any more, waits for those in flight (with `onDrainTimeout: "release"`, no longer than `drainTimeoutMs`), and
   * releases the read lock. May be called again.
   */
  close(): Promise<void> {
    this.#ending.abort();
    this.#entry.end();
    this.#readLock?.end();
    this.#bell.ring();
    return this.#done;
  }

  async #keep(): Promise<void> {
    let failures = 0;
    while (!this.#isEnding) {
      this.#bell.hear();
      const opened = await this.#serveOne();
      failures = opened ? 0 : failures + 1;
      if (!this.#isEnding) await this.#bell.wait(this.#settings.clock, backoffMs(failures, this.#settings.random));
    }
    await this.#idle();
    this.#entry.shut("closed");
  }

  /** One session, from its handshake to its end. True: the gate was open in it. */
  async #serveOne(): Promise<boolean> {
    const session = await this.#connected();
    if (session === undefined) return false;
    const { uuid, ...settings } = this.#settings;
    const gate = { entry: this.#entry, bell: this.#bell, leftMarks: this.#leftMarks };
    const readLock = new ReadLock(session, { ...settings, log: this.#log, uuid: uuid() }, gate);
    this.#session = session;
    this.#readLock = readLock;
    if (this.#isEnding) readLock.end();
    const opened = await readLock.serve();
    this.#readLock = undefined;
    if (readLock.leftMark !== undefined) this.#leftMarks.push(readLock.leftMark);
    await session.close();
    return opened;
  }

  async #connected(): Promise<Session | undefined> {
    this.#entry.shut("connecting");
    try {
      return await this.#connect(this.#ending.signal);
    } catch (error) {
      if (!this.#isEnding) this.#log.warn("no session with ZooKeeper; trying again", { error: messageOf(error) });
      return undefined;
    }
  }

  get #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  async #idle(): Promise<void> {
    for (;;) {
      this.#bell.hear();
      if (!this.#entry.isBusy) return;
      await this.#bell.wait(this.#settings.clock, Number.POSITIVE_INFINITY);
    }
  }
}

function connection(settings: GateSettings): Connect {
  const { zookeeper: servers, sessionTimeoutMs: timeoutMs, clock, log, random, tls } = settings;
  const auth = settings.auth && { scheme: "digest" as const, file: settings.auth.digest.file };
  const access: Access = { kind: auth === undefined ? "open" : "guest" };
  return (signal) => openSession({ servers, timeoutMs, clock, log, random, tls, auth, access, signal });
}
