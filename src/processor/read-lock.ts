// Takes the read lock for as long as one session lives, and gives way whenever a window is on.
//
// One loop: look, do one thing, look again. Watches only wake it. It creates its read node while no signal is up, and only then
// looks at the signal again and lists the queue: a signal means that it deletes the node and waits; a writer before it, that it
// waits in line until that has gone, as Curator's readers do. From then on every later writer waits for this node. A window raises
// the signal and queues its write node in one transaction, so either that look finds it, or its write node stands behind ours and
// the watch on the signal wakes us, in line or open.
//
// Why wait in line: a gate that gave up its place to each writer would starve behind writers who come without rest. Why not while a
// signal is up: its run may queue anew, on all its paths at once, and must then find nobody who holds one path and waits on another.
// Why no two can wait for each other over it: whoever waits for a node of ours that waits stands behind the same writer, and so
// waits for that one already; once it is our turn we hold as if we had come just then.
// Promised: the read node is deleted only after the last event in flight has ended, unless `onDrainTimeout` says otherwise: then the
// mark stays, and says to the controller what a reader that vanished says.
import { sortLockNodes } from "../protocol/lock-nodes.ts";
import { type Grant, readerGrant } from "../protocol/lock-order.ts";
import type { Bell } from "../shared/bell.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Session } from "../zookeeper/session.ts";
import { watchNode } from "../zookeeper/watch-node.ts";
import { backoffMs } from "./backoff.ts";
import type { Entry } from "./entry.ts";
import { ReadNode, type ReadNodeSettings } from "./read-node.ts";
import type { ClosingReason } from "./work.ts";

export interface ReadLockSettings extends ReadNodeSettings {
  readonly signalPath: string;
  readonly writers: "any" | "signalled";
  readonly clock: Clock;
  readonly random: () => number;
}

/** What a pass of the loop leaves to wait for: the bell, for at most that many milliseconds; or nothing, ever again. */
type Wait = number | "done";

const again: Wait = 0;
const untilRung: Wait = Number.POSITIVE_INFINITY;
/** A pause is long: looking once in a while costs nothing and forgives a lost watch. */
const whilePausedMs = 30_000;
/** How often an expired lease is compared with the clock. No request is sent for it. */
const leasePollMs = 20;
/** The session rings when its connection is back; this is for a loop that slept through it. */
const suspendedPollMs = 1000;

interface OwnNode {
  readonly path: string;
  /** No writer was before it when the queue was listed: none can come before it any more. */
  admitted: boolean;
  /** The last writer that was before it. Those who queued before that one may stand on when it goes. */
  behind?: string | undefined;
  /** Since the gate opened, and for as long as the node is known to stand. */
  token?: bigint | undefined;
}

export interface GateParts {
  readonly entry: Entry;
  readonly bell: Bell;
  /** Marks of work that outlived its read lock; emptied here. */
  readonly leftMarks: string[];
}

export class ReadLock {
  readonly #session: Session;
  readonly #settings: ReadLockSettings;
  readonly #entry: Entry;
  readonly #bell: Bell;
  readonly #node: ReadNode;
  readonly #leftMarks: string[];
  #own: OwnNode | undefined;
  #ending = false;
  #failures = 0;
  /** An answer was lost: a read node may stand that this loop does not know of. */
  #doubtful = false;

  constructor(session: Session, settings: ReadLockSettings, gate: GateParts) {
    this.#session = session;
    this.#settings = settings;
    this.#entry = gate.entry;
    this.#bell = gate.bell;
    this.#node = new ReadNode(session, settings);
    this.#leftMarks = gate.leftMarks;
  }

  /** The zxid at which the read node was created, from when the gate opens until the node is deleted. */
  get fencingToken(): bigint | undefined {
    return this.#own?.token;
  }

  /** The mark that stands on after the session's end, or may; undefined once it was released. */
  get leftMark(): string | undefined {
    return this.#own === undefined && !this.#doubtful ? undefined : this.#node.mark;
  }

  /** Drains, releases, and lets serve() resolve. */
  end(): void {
    this.#ending = true;
    this.#bell.ring();
  }

  /** Resolves when the session is over, or released after end(); never rejects. True: the gate was open at least once. */
  async serve(): Promise<boolean> {
    const { clock } = this.#settings;
    const stop = this.#session.onState(() => {
      if (this.#session.state !== "connected") this.#entry.shut(this.#isOver() ? "connecting" : "suspended");
      this.#bell.ring();
    });
    let opened = false;
    while (!this.#isOver()) {
      this.#bell.hear();
      const wait = await this.#pass().catch((error) => this.#failed(error));
      opened ||= this.#entry.state === "open";
      if (wait === "done") break;
      if (wait > 0) await this.#bell.wait(clock, wait);
    }
    stop();
    if (this.#isOver()) this.#entry.shut("connecting");
    return opened;
  }

  #isOver(): boolean {
    return this.#session.state === "lost" || this.#session.state === "closed";
  }

  async #pass(): Promise<Wait> {
    if (this.#session.state !== "connected") return this.#suspend(suspendedPollMs);
    if (this.#isLapsed()) return this.#suspend(leasePollMs);
    if (this.#ending || (await this.#watch(this.#settings.signalPath))) return this.#giveWay();
    if (this.#own === undefined) return this.#take();
    return this.#admit(this.#own);
  }

  #isLapsed(): boolean {
    return this.#settings.clock.monotonic() >= this.#session.leaseEnd;
  }

  #suspend(wait: number): Wait {
    this.#entry.shut("suspended");
    // Draining goes on: the node is released when the servers answer again, or goes with the session.
    return this.#ending && !this.#entry.isBusy && this.#session.state !== "connected" ? "done" : wait;
  }

  async #watch(path: string): Promise<boolean> {
    const stat = await watchNode(this.#session, path, "read lock", () => this.#bell.ring());
    return stat !== undefined;
  }

  async #take(): Promise<Wait> {
    this.#entry.shut("opening");
    if (this.#doubtful) await this.#node.removeStrays([]);
    await this.#clearLeftMarks();
    const path = await this.#node.create();
    this.#own = path === undefined ? undefined : { path, admitted: false };
    return again;
  }

  /** Opens the gate if no writer is before our node; the signal was looked at after the node was made. */
  async #admit(own: OwnNode): Promise<Wait> {
    const stat = await watchNode(this.#session, own.path, "read lock", () => this.#bell.ring());
    if (stat === undefined) return this.#vanished(own);
    if (!own.admitted && this.#settings.writers === "any") {
      if (own.behind !== undefined && (await this.#watch(own.behind))) return this.#waitInLine();
      const grant = await this.#standing(own.path);
      own.behind = grant.kind === "waiting" ? `${this.#settings.lockPath}/${grant.ahead.at(-1)?.name}` : undefined;
      if (grant.kind !== "held") return again;
    }
    own.admitted = true;
    own.token = stat.czxid;
    // A ring since this pass began may be the signal: look again rather than let one event in.
    if (this.#bell.rung || this.#session.state !== "connected" || this.#isLapsed()) return again;
    this.#failures = 0;
    this.#entry.open(this.#session, stat.czxid);
    return untilRung;
  }

  #waitInLine(): Wait {
    this.#entry.shut("paused");
    return whilePausedMs;
  }

  async #standing(path: string): Promise<Grant> {
    const { lockPath } = this.#settings;
    const nodes = sortLockNodes((await this.#session.children(lockPath)) ?? []);
    return readerGrant(nodes, path.slice(lockPath.length + 1));
  }

  /** Somebody deleted our read node: writers may go ahead as soon as they look, so finish what is in flight and start anew. */
  #vanished(own: OwnNode): Wait {
    if (this.#entry.state === "open") this.#settings.log.warn("the read node was deleted by somebody else", { path: own.path });
    own.token = undefined;
    if (this.#isBusy("read node deleted")) return untilRung;
    this.#own = undefined;
    return again;
  }

  async #giveWay(): Promise<Wait> {
    if (this.#own !== undefined) {
      if (this.#isBusy("window")) return this.#keepFor(this.#own);
      await this.#release(this.#own);
      this.#own = undefined;
    }
    if (this.#doubtful) await this.#node.removeStrays(this.#leftMarks);
    await this.#clearLeftMarks();
    if (this.#ending) return "done";
    this.#entry.shut("paused");
    return whilePausedMs;
  }

  /** The lock is kept for what is in flight. Who deletes the node now lets the window go on beside it: then the token must not say "held". */
  async #keepFor(own: OwnNode): Promise<Wait> {
    if (own.token !== undefined && !(await this.#watch(own.path))) {
      own.token = undefined;
      this.#settings.log.warn("the read node was deleted by somebody else while work is in flight", { path: own.path });
    }
    return untilRung;
  }

  async #release({ path }: OwnNode): Promise<void> {
    if (this.#entry.inFlight === 0) return this.#node.remove(path);
    this.#leftMarks.push(this.#node.mark);
    await this.#node.forget(path);
  }

  #isBusy(reason: ClosingReason): boolean {
    this.#entry.shut("draining", reason);
    return this.#entry.isBusy;
  }

  /** What was in flight when the lock was lost, or released under it, has ended: nobody needs to be given time for it. */
  async #clearLeftMarks(): Promise<void> {
    for (let mark = this.#leftMarks[0]; mark !== undefined && this.#entry.inFlight === 0; mark = this.#leftMarks[0]) {
      await this.#node.forget(mark);
      this.#leftMarks.shift();
    }
  }

  #failed(error: unknown): Wait {
    if (this.#isOver()) return "done";
    this.#doubtful = true;
    if (this.#session.state !== "connected") return again;
    const wait = backoffMs(this.#failures++, this.#settings.random);
    this.#settings.log.warn("the read lock could not be taken or released; trying again", { error: messageOf(error), waitMs: wait });
    // Nothing was learnt of the signal: an open gate stays open on its lease and its node, and looks again soon.
    return wait;
  }
}
