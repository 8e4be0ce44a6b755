// Locks that are held: watches over their nodes and over the session's lease, and says once and for good that they are lost.
//
// Promised: `lost` aborts, and isHeld() is false, before the servers may have given the locks to another, as far as a clock can tell
// (Session.leaseEnd); a node that somebody deleted is noticed by its watch.
// Not promised: that nobody else works under the locks in the moment after a node was deleted by hand. That is what tokens are for.
import { Bell } from "../shared/bell.ts";
import type { Clock } from "../shared/clock.ts";
import type { Session } from "../zookeeper/session.ts";
import { watchNode } from "../zookeeper/watch-node.ts";
import type { HeldLocks } from "./lock-request.ts";
import type { OwnNodes } from "./own-nodes.ts";
import { isOver, removed } from "./removal.ts";

export interface HoldingParts {
  readonly nodes: readonly string[];
  /** What of them has to be removed in the end. */
  readonly set: OwnNodes;
  /** No other taker of this process watches under it. */
  readonly key: string;
  readonly clock: Clock;
}

export class Holding implements HeldLocks {
  readonly nodes: readonly string[];
  readonly #session: Session;
  readonly #parts: HoldingParts;
  readonly #bell = new Bell();
  readonly #lost = new AbortController();
  readonly #czxids = new Map<string, bigint>();
  /** A watch fired: the nodes have to be looked at. */
  #unwatched = false;
  #released: Promise<void> | undefined;

  private constructor(session: Session, parts: HoldingParts) {
    this.nodes = parts.nodes;
    this.#session = session;
    this.#parts = parts;
  }

  /** Watches the nodes, which were found to be first; undefined where one is gone, or is not this session's. Throws ZooKeeperError. */
  static async of(session: Session, parts: HoldingParts): Promise<Holding | undefined> {
    const holding = new Holding(session, parts);
    if ((await holding.#look()) !== undefined || holding.#doubt() !== undefined) return undefined;
    void holding.#keep();
    return holding;
  }

  get token(): bigint {
    return [...this.#czxids.values()].reduce((highest, one) => (one > highest ? one : highest), 0n);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  isHeld(): boolean {
    return !this.#lost.signal.aborted && this.#released === undefined && this.#doubt() === undefined;
  }

  release(): Promise<void> {
    const { clock, set } = this.#parts;
    this.#released ??= removed(this.#session, clock, [set]);
    this.#bell.ring();
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** Never rejects. */
  async #keep(): Promise<void> {
    const stop = this.#session.onState(() => this.#bell.ring());
    while (this.#released === undefined && !this.#lost.signal.aborted) {
      this.#bell.hear();
      const why = this.#doubt() ?? (this.#unwatched ? await this.#look().catch(() => this.#unanswered()) : undefined);
      if (why !== undefined && this.#released === undefined) this.#lost.abort(new Error(`the lock was lost: ${why}`));
      else await this.#bell.wait(this.#parts.clock, this.#leaseMs());
    }
    stop();
  }

  /** Why the session no longer vouches for the nodes; undefined if it does. */
  #doubt(): string | undefined {
    if (isOver(this.#session)) return `the ZooKeeper session is ${this.#session.state}`;
    return this.#leaseMs() > 0 ? undefined : "ZooKeeper did not answer for so long that the session may have expired";
  }

  #leaseMs(): number {
    return this.#session.leaseEnd - this.#parts.clock.monotonic();
  }

  /** Watches all nodes, and says what is wrong with one. Throws ZooKeeperError; then not all are watched. */
  async #look(): Promise<string | undefined> {
    this.#unwatched = false;
    for (const node of this.nodes) {
      const stat = await watchNode(this.#session, node, this.#parts.key, () => this.#fired());
      if (stat?.ephemeralOwner !== this.#session.id) return `${node} was deleted by somebody else`;
      this.#czxids.set(node, stat.czxid);
    }
    return undefined;
  }

  /** Nothing was learnt. The session's state and its lease decide meanwhile. */
  #unanswered(): undefined {
    this.#unwatched = true;
  }

  #fired(): void {
    this.#unwatched = true;
    this.#bell.ring();
  }
}
