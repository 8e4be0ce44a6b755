// A ZooKeeper in memory, for tests of what stands on the Session port: one tree for any number of sessions (memory-session.ts).
//
// Promised: versions, sequence numbers, watches, transactions and ephemeral nodes behave as the servers' do where the tests look
// (session-contract.ts tells the same stories of it and of a real one). Not promised: ACLs, quotas, or any timing: a session expires when
// the test says so.
import { type Operation, type Stat, ZooKeeperError, type ZooKeeperErrorCode } from "../../src/zookeeper/session.ts";

interface Record {
  data: Buffer;
  czxid: bigint;
  mzxid: bigint;
  version: number;
  /** How many children were ever created: the server's sequence counter. */
  created: number;
  owner: string | undefined;
}

export interface Watch {
  /** Whose it is: all of a session's are called when its connection goes. */
  readonly session: object;
  readonly kind: "node" | "children";
  readonly path: string;
  readonly call: () => void;
}

type Tree = Map<string, Record>;

/** What a change touched; `family`: the node came or went, which whoever watches children hears. */
interface Touched {
  readonly path: string;
  readonly family: boolean;
}

export class MemoryZooKeeper {
  tree: Tree = new Map([["/", { data: Buffer.alloc(0), czxid: 0n, mzxid: 0n, version: 0, created: 0, owner: undefined }]]);
  zxid = 0n;
  /** Every request that changed something, for tests of what was sent. */
  readonly writes: string[] = [];
  #watches: Watch[] = [];
  #sessions = 0;

  nextSessionId(): string {
    this.#sessions++;
    return `0x${this.#sessions.toString(16).padStart(16, "0")}`;
  }

  childrenOf(tree: Tree, path: string): string[] {
    const prefix = path === "/" ? "/" : `${path}/`;
    return [...tree.keys()]
      .filter((other) => other.startsWith(prefix) && other !== "/" && !other.includes("/", prefix.length))
      .map((other) => other.slice(prefix.length));
  }

  /** The same function for the same watch is held once. */
  watch(watch: Watch): void {
    const { session, kind, path, call } = watch;
    const isHeld = this.#watches.some((w) => w.session === session && w.kind === kind && w.path === path && w.call === call);
    if (!isHeld) this.#watches.push(watch);
  }

  statOf(path: string, record: Record): Stat {
    const children = this.childrenOf(this.tree, path).length;
    return {
      czxid: record.czxid,
      mzxid: record.mzxid,
      version: record.version,
      cversion: record.created * 2 - children,
      ctimeMs: Number(record.czxid),
      mtimeMs: Number(record.mzxid),
      ephemeralOwner: record.owner,
      numChildren: children,
      dataLength: record.data.length,
    };
  }

  get watchCount(): number {
    return this.#watches.length;
  }

  /** Carries operations out, all or none, and wakes whoever watches. */
  apply(operations: readonly Operation[], session: string): string[] {
    const tree: Tree = new Map([...this.tree].map(([path, record]) => [path, { ...record }]));
    const zxid = this.zxid + 1n;
    const touched: Touched[] = [];
    const paths = operations.map((operation, index) => {
      try {
        const path = this.#one(tree, operation, session, zxid);
        if (operation.op !== "check") touched.push({ path, family: operation.op !== "set" });
        return operation.op === "create" ? path : "";
      } catch (error) {
        if (!(error instanceof ZooKeeperError)) throw error;
        throw new ZooKeeperError(error.code, error.message, error.path, index);
      }
    });
    this.zxid = zxid;
    this.tree = tree;
    this.writes.push(...operations.map(({ op, path }) => `${op} ${path}`));
    this.#wake(touched);
    return paths;
  }

  #one(tree: Tree, operation: Operation, session: string, zxid: bigint): string {
    if (operation.op === "create") return this.#create(tree, operation, session, zxid);
    const { path } = operation;
    const record = tree.get(path);
    if (record === undefined) throw refused("NoNode", path);
    if (operation.version !== -1 && operation.version !== record.version) throw refused("BadVersion", path);
    if (operation.op === "set") {
      record.data = Buffer.from(operation.data);
      record.version++;
      record.mzxid = zxid;
    }
    if (operation.op === "remove") {
      if (this.childrenOf(tree, path).length > 0) throw refused("NotEmpty", path);
      tree.delete(path);
    }
    return path;
  }

  #create(tree: Tree, operation: Extract<Operation, { op: "create" }>, session: string, zxid: bigint): string {
    const above = operation.path.slice(0, Math.max(1, operation.path.lastIndexOf("/")));
    const parent = tree.get(above);
    if (parent === undefined) throw refused("NoNode", operation.path);
    if (parent.owner !== undefined) throw refused("NoChildrenForEphemerals", operation.path);
    const digits = operation.mode.endsWith("-sequential") ? String(parent.created).padStart(10, "0") : "";
    const path = operation.path + digits;
    if (tree.has(path)) throw refused("NodeExists", path);
    parent.created++;
    const owner = operation.mode.startsWith("ephemeral") ? session : undefined;
    tree.set(path, { data: Buffer.from(operation.data), czxid: zxid, mzxid: zxid, version: 0, created: 0, owner });
    return path;
  }

  /** Removes what a session owned, in one step. */
  drop(session: string): void {
    const owned = [...this.tree].filter(([, record]) => record.owner === session).map(([path]) => path);
    for (const path of owned) this.tree.delete(path);
    this.zxid++;
    this.#wake(owned.map((path) => ({ path, family: true })));
  }

  /** Wakes the watches of a session that lost its connection. */
  wakeAll(session: object): void {
    this.#fire((watch) => watch.session === session);
  }

  #wake(touched: readonly Touched[]): void {
    const nodes = touched.map(({ path }) => path);
    const family = touched.filter((one) => one.family).flatMap(({ path }) => [path, path.slice(0, Math.max(1, path.lastIndexOf("/")))]);
    this.#fire((watch) => (watch.kind === "node" ? nodes : family).includes(watch.path));
  }

  #fire(due: (watch: Watch) => boolean): void {
    const fired = this.#watches.filter(due);
    this.#watches = this.#watches.filter((watch) => !fired.includes(watch));
    for (const watch of fired) queueMicrotask(watch.call);
  }
}

export function refused(code: ZooKeeperErrorCode, path: string): ZooKeeperError {
  return new ZooKeeperError(code, `${code} ${path}`, path);
}
