// A session with the ZooKeeper in memory, and what can go wrong with one: cut off, expired, a reply lost, a rival right before a write.
import {
  type Mode,
  type Node,
  type Operation,
  type Session,
  type SessionState,
  type Stat,
  ZooKeeperError,
} from "../../src/zookeeper/session.ts";
import { type MemoryZooKeeper, refused } from "./memory-zookeeper.ts";

export class MemorySession implements Session {
  readonly id: string;
  readonly timeoutMs = 6000;
  state: SessionState = "connected";
  leaseEnd = Number.POSITIVE_INFINITY;
  readonly sent = { requests: 0, heartbeats: 0 };
  readonly #zookeeper: MemoryZooKeeper;
  readonly #listeners = new Set<(state: SessionState) => void>();
  #loseReply = false;
  #beforeWrite: (() => void) | undefined;

  constructor(zookeeper: MemoryZooKeeper) {
    this.#zookeeper = zookeeper;
    this.id = zookeeper.nextSessionId();
  }

  onState(listener: (state: SessionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  suspend(): void {
    this.#to("suspended");
  }

  resume(): void {
    this.#to("connected");
  }

  /** The session ends at the servers, and the client learns it at once. */
  expire(): void {
    this.#zookeeper.drop(this.id);
    this.#to("lost");
  }

  /** The next write is carried out, but its answer is lost. */
  loseNextReply(): void {
    this.#loseReply = true;
  }

  /** Runs once, right before the next write is carried out: what others do at that moment. */
  beforeNextWrite(call: () => void): void {
    this.#beforeWrite = call;
  }

  async create(path: string, data: Buffer, mode: Mode): Promise<string> {
    const [created = ""] = await this.#write([{ op: "create", path, data, mode }]);
    return created;
  }

  async createParents(path: string): Promise<void> {
    const segments = path.slice(1).split("/");
    for (let depth = 1; depth <= segments.length; depth++) {
      const prefix = `/${segments.slice(0, depth).join("/")}`;
      await this.#turn();
      if (!this.#zookeeper.tree.has(prefix)) {
        this.#zookeeper.apply([{ op: "create", path: prefix, data: Buffer.alloc(0), mode: "persistent" }], this.id);
      }
    }
  }

  async get(path: string, watch?: () => void): Promise<Node | undefined> {
    await this.#turn();
    const record = this.#zookeeper.tree.get(path);
    if (record !== undefined && watch !== undefined) this.#zookeeper.watch({ session: this, kind: "node", path, call: watch });
    return record === undefined ? undefined : { data: Buffer.from(record.data), stat: this.#zookeeper.statOf(path, record) };
  }

  async exists(path: string, watch?: () => void): Promise<Stat | undefined> {
    await this.#turn();
    if (watch !== undefined) this.#zookeeper.watch({ session: this, kind: "node", path, call: watch });
    const record = this.#zookeeper.tree.get(path);
    return record === undefined ? undefined : this.#zookeeper.statOf(path, record);
  }

  async children(path: string, watch?: () => void): Promise<readonly string[] | undefined> {
    await this.#turn();
    if (!this.#zookeeper.tree.has(path)) return undefined;
    if (watch !== undefined) this.#zookeeper.watch({ session: this, kind: "children", path, call: watch });
    return this.#zookeeper.childrenOf(this.#zookeeper.tree, path);
  }

  async set(path: string, data: Buffer, version: number): Promise<Stat> {
    await this.#write([{ op: "set", path, data, version }]);
    const record = this.#zookeeper.tree.get(path);
    if (record === undefined) throw refused("NoNode", path);
    return this.#zookeeper.statOf(path, record);
  }

  async remove(path: string, version: number): Promise<void> {
    await this.#write([{ op: "remove", path, version }]);
  }

  transaction(operations: readonly Operation[]): Promise<readonly string[]> {
    return this.#write(operations);
  }

  async sync(): Promise<void> {
    await this.#turn();
  }

  async close(): Promise<void> {
    if (this.state === "lost" || this.state === "closed") return;
    this.#zookeeper.drop(this.id);
    this.#to("closed");
  }

  async #write(operations: readonly Operation[]): Promise<readonly string[]> {
    await this.#turn();
    const before = this.#beforeWrite;
    this.#beforeWrite = undefined;
    before?.();
    const paths = this.#zookeeper.apply(operations, this.id);
    if (!this.#loseReply) return paths;
    this.#loseReply = false;
    throw new ZooKeeperError("ConnectionLoss", "the answer was lost", operations[0]?.path);
  }

  async #turn(): Promise<void> {
    this.sent.requests++;
    await Promise.resolve();
    if (this.state === "suspended") throw new ZooKeeperError("ConnectionLoss", "no connection");
    if (this.state !== "connected") throw new ZooKeeperError("SessionLost", "the session is over");
  }

  #to(state: SessionState): void {
    if (this.state === state || this.state === "lost" || this.state === "closed") return;
    this.state = state;
    if (state !== "connected") this.#zookeeper.wakeAll(this);
    for (const listener of [...this.#listeners]) listener(state);
  }
}
