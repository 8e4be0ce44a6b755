// The port that every user of ZooKeeper in this project is handed: one session, from its handshake to its end.
//
// Promised: every call ends, with a value or with a ZooKeeperError; a session that was lost stays lost (open a new one);
// a version given is a version checked, 0 included; `leaseEnd` never lies beyond the instant at which the servers may
// have dropped the session, on this process's monotonic clock.
// Not promised: that a call which failed with `ConnectionLoss` or `Timeout` did nothing. Look again.

export interface Stat {
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly version: number;
  readonly cversion: number;
  /** Milliseconds since 1970, by the server's clock. */
  readonly ctimeMs: number;
  readonly mtimeMs: number;
  /** Session id of the owner as 0x and 16 hex digits; undefined for a persistent node. */
  readonly ephemeralOwner: string | undefined;
  readonly numChildren: number;
  readonly dataLength: number;
}

export type Mode = "persistent" | "ephemeral" | "persistent-sequential" | "ephemeral-sequential";

export type Operation =
  | { readonly op: "create"; readonly path: string; readonly data: Buffer; readonly mode: Mode }
  | { readonly op: "set"; readonly path: string; readonly data: Buffer; readonly version: number }
  | { readonly op: "remove"; readonly path: string; readonly version: number }
  | { readonly op: "check"; readonly path: string; readonly version: number };

/** A node as read: data and stat, or undefined where it does not exist. */
export interface Node {
  readonly data: Buffer;
  readonly stat: Stat;
}

export type SessionState =
  | "connected"
  /** The connection is gone; the session may live. Nothing that it holds may be relied on beyond the lease. */
  | "suspended"
  /** The session is over: expired, refused, or given up because it may have expired. Final. */
  | "lost"
  | "closed";

export interface Session {
  /** 0x and 16 hex digits. */
  readonly id: string;
  /** What the server granted, in milliseconds. */
  readonly timeoutMs: number;
  readonly state: SessionState;
  /**
   * The monotonic instant (Clock.monotonic, milliseconds) until which the session is certainly alive at the servers:
   * sent time of the last answered heartbeat + granted timeout - margin of a third.
   */
  readonly leaseEnd: number;
  /** How many requests this session has sent, and how many of them were heartbeats of its own. */
  readonly sent: { readonly requests: number; readonly heartbeats: number };
  /** Calls back at every change of state, in order; the answer ends it. */
  onState(listener: (state: SessionState) => void): () => void;

  /** Creates a node and answers its path (with the server's digits where sequential). The parent must exist. */
  create(path: string, data: Buffer, mode: Mode): Promise<string>;
  /**
   * Creates the path and what is missing above it, as persistent nodes without data; existing nodes are left as they are, their
   * ACLs too. With "lock", processors may create and delete below the path itself, although they may not elsewhere.
   */
  createParents(path: string, as?: "lock"): Promise<void>;
  /**
   * `watch` is called at most once, at the next change of the node, whatever it is, or when the session leaves `connected`.
   * Where the answer of `get` or `children` is undefined no watch stands: only `exists` waits for a node to come.
   */
  get(path: string, watch?: () => void): Promise<Node | undefined>;
  exists(path: string, watch?: () => void): Promise<Stat | undefined>;
  /** The names of the children, unsorted; undefined where the parent does not exist. */
  children(path: string, watch?: () => void): Promise<readonly string[] | undefined>;
  set(path: string, data: Buffer, version: number): Promise<Stat>;
  remove(path: string, version: number): Promise<void>;
  /** All or nothing. Answers the paths that were created, in the order of the operations ("" for the others). */
  transaction(operations: readonly Operation[]): Promise<readonly string[]>;
  /** Makes this session's server catch up with the leader, so that a read after it is not older than the call. */
  sync(path: string): Promise<void>;
  /** Ends the session at the servers (its ephemeral nodes go); resolves within a few seconds, reachable or not. */
  close(): Promise<void>;
}

export type ZooKeeperErrorCode =
  | "NoNode"
  | "NodeExists"
  | "BadVersion"
  | "NotEmpty"
  | "NoChildrenForEphemerals"
  /** The credentials do not allow it. */
  | "NoAuth"
  /** The credentials are refused, or they or the certificates cannot be read: trying again soon is of no use. */
  | "AuthFailed"
  /** The connection was lost before the answer: the call may have been carried out. */
  | "ConnectionLoss"
  /** No answer within the call's deadline: the call may have been carried out. */
  | "Timeout"
  /** The session is over; the call was not carried out, or its effects went with the session. */
  | "SessionLost"
  | "InvalidPath"
  /** Any other answer of the server; the message names its number. */
  | "Server";

export class ZooKeeperError extends Error {
  readonly code: ZooKeeperErrorCode;
  readonly path: string | undefined;
  /** Of a transaction: the index of the operation that was refused. */
  readonly operation: number | undefined;
  constructor(code: ZooKeeperErrorCode, message: string, path?: string, operation?: number) {
    super(message);
    this.name = "ZooKeeperError";
    this.code = code;
    this.path = path;
    this.operation = operation;
  }
}
