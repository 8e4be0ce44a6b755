// The requests of the protocol that are used here, each with the way its answer is read. Written with the records of
// node-zookeeper-client's jute rather than its Client, which loses version 0 in transactions, knows no sync, and re-sends.
import jute, { type WireOperation, type WireRecord } from "node-zookeeper-client/lib/jute/index.js";
import type { Access } from "./access.ts";
import { aclsOf, type NodeKind } from "./acls.ts";
import { notReached } from "./errors.ts";
import { checkPath } from "./node-path.ts";
import type { Mode, Node, Operation, Stat } from "./session.ts";
import { statOf } from "./stat.ts";

export interface Request<T> {
  /** For messages: "create /a". */
  readonly what: string;
  readonly path: string | undefined;
  readonly type: number;
  readonly payload: WireRecord | null;
  /** Reads the body of an answer without error. */
  read(body: Buffer): T;
}

/** What a transaction came to: the paths created, or the first operation that was refused. */
export type TransactionOutcome =
  | { readonly kind: "done"; readonly paths: readonly string[] }
  | { readonly kind: "refused"; readonly operation: number; readonly code: number };

const { OP_CODES: op, protocol } = jute;
const flags: Readonly<Record<Mode, number>> = { persistent: 0, ephemeral: 1, "persistent-sequential": 2, "ephemeral-sequential": 3 };

function decoded<R extends WireRecord>(record: R, body: Buffer): R {
  record.deserialize(body, 0);
  return record;
}

const nothing = () => undefined;

/** The requests of one session, below its chroot ("" for none). Each throws ZooKeeperError `InvalidPath` for no path of a node. */
export class Requests {
  readonly #chroot: string;
  readonly #acls: ReturnType<typeof aclsOf>;

  constructor(chroot: string, access: Access) {
    this.#chroot = chroot;
    this.#acls = aclsOf(access);
  }

  /** As the server names it. */
  full(path: string): string {
    checkPath(path);
    return this.#chroot !== "" && path === "/" ? this.#chroot : `${this.#chroot}${path}`;
  }

  /** The path that the server named, as the user of the session names it. */
  shown(full: string): string {
    return full.slice(this.#chroot.length) || "/";
  }

  create(path: string, data: Buffer, mode: Mode): Request<string> {
    return this.#create(path, { data, mode, kind: "own" });
  }

  /** A node that stands above others: persistent, and empty. */
  createAbove(path: string, kind: NodeKind): Request<string> {
    return this.#create(path, { data: Buffer.alloc(0), mode: "persistent", kind });
  }

  #create(path: string, { data, mode, kind }: { readonly data: Buffer; readonly mode: Mode; readonly kind: NodeKind }): Request<string> {
    const payload = new protocol.CreateRequest(this.full(path), data, this.#acls[kind], flags[mode]);
    return asked("create", path, payload, (body) => this.shown(decoded(new protocol.CreateResponse(), body).path));
  }

  get(path: string, watch: boolean): Request<Node> {
    return asked("get", path, new protocol.GetDataRequest(this.full(path), watch), (body) => {
      const { data, stat } = decoded(new protocol.GetDataResponse(), body);
      return { data: data ?? Buffer.alloc(0), stat: statOf(stat) };
    });
  }

  exists(path: string, watch: boolean): Request<Stat> {
    const payload = new protocol.ExistsRequest(this.full(path), watch);
    return asked("exists", path, payload, (body) => statOf(decoded(new protocol.ExistsResponse(), body).stat));
  }

  children(path: string, watch: boolean): Request<readonly string[]> {
    const payload = new protocol.GetChildren2Request(this.full(path), watch);
    return asked("children", path, payload, (body) => decoded(new protocol.GetChildren2Response(), body).children);
  }

  set(path: string, data: Buffer, version: number): Request<Stat> {
    const payload = new protocol.SetDataRequest(this.full(path), data, version);
    return asked("set", path, payload, (body) => statOf(decoded(new protocol.SetDataResponse(), body).stat));
  }

  remove(path: string, version: number): Request<undefined> {
    return asked("remove", path, new protocol.DeleteRequest(this.full(path), version), nothing);
  }

  /** The protocol's own sync: a path and nothing else, as in the record used here; the answer repeats it. */
  sync(path: string): Request<undefined> {
    return asked("sync", path, new protocol.GetACLRequest(this.full(path)), nothing);
  }

  transaction(operations: readonly Operation[]): Request<TransactionOutcome> {
    const payload = new jute.TransactionRequest(operations.map((o) => this.#wireOperation(o)));
    const what = `transaction (${operations.map((o) => `${o.op} ${o.path}`).join(", ")})`;
    return { what, path: undefined, type: op.MULTI, payload, read: (body) => this.#readTransaction(body) };
  }

  #wireOperation(operation: Operation): WireOperation {
    const path = this.full(operation.path);
    switch (operation.op) {
      case "create":
        return {
          type: op.CREATE,
          path,
          data: operation.data,
          mode: flags[operation.mode],
          acls: this.#acls.own.map((a) => ({ toRecord: () => a })),
        };
      case "set":
        return { type: op.SET_DATA, path, data: operation.data, version: operation.version };
      case "remove":
        return { type: op.DELETE, path, version: operation.version };
      case "check":
        return { type: op.CHECK, path, version: operation.version };
    }
  }

  #readTransaction(body: Buffer): TransactionOutcome {
    const { results } = decoded(new jute.TransactionResponse(), body);
    const refused = results.findIndex((r) => r.err !== undefined && r.err !== 0 && r.err !== notReached);
    const code = results[refused]?.err;
    if (code !== undefined) return { kind: "refused", operation: refused, code };
    return { kind: "done", paths: results.map((r) => (r.path === undefined ? "" : this.shown(r.path))) };
  }
}

/** Ends the session at the servers. */
export const closeRequest: Request<undefined> = { what: "close", path: undefined, type: op.CLOSE_SESSION, payload: null, read: nothing };

const types = {
  create: op.CREATE,
  get: op.GET_DATA,
  exists: op.EXISTS,
  children: op.GET_CHILDREN2,
  set: op.SET_DATA,
  remove: op.DELETE,
  sync: op.SYNC,
};

function asked<T>(verb: keyof typeof types, path: string, payload: WireRecord, read: (body: Buffer) => T): Request<T> {
  return { what: `${verb} ${path}`, path, type: types[verb], payload, read };
}
