// Types of the inside of node-zookeeper-client 1.1.3 that the adapter stands on; the package ships none.
// Only what is used is declared. A record's constructor takes its fields in the order of the protocol.

declare module "node-zookeeper-client/lib/jute/index.js" {
  interface WireRecord {
    byteLength(): number;
    serialize(buffer: Buffer, offset: number): number;
    /** Answers the number of bytes read. */
    deserialize(buffer: Buffer, offset: number): number;
  }
  interface Header extends WireRecord {
    xid: number;
    readonly type: number;
  }
  interface WireRequest {
    readonly header: Header;
    toBuffer(): Buffer;
  }
  interface WireId extends WireRecord {
    readonly scheme: string;
    readonly id: string;
  }
  interface WireAcl extends WireRecord {
    readonly perms: number;
    readonly id: WireId;
  }
  /** Longs are Buffers of 8 bytes. */
  interface WireStat {
    readonly czxid: Buffer;
    readonly mzxid: Buffer;
    readonly ctime: Buffer;
    readonly mtime: Buffer;
    readonly version: number;
    readonly cversion: number;
    readonly ephemeralOwner: Buffer;
    readonly dataLength: number;
    readonly numChildren: number;
  }
  interface WireOperation {
    readonly type: number;
    readonly path: string;
    readonly data?: Buffer;
    readonly version?: number;
    readonly mode?: number;
    readonly acls?: readonly { toRecord(): WireAcl }[];
  }
  interface WireResult {
    readonly type: number;
    readonly path?: string;
    readonly err?: number;
  }
  type PathRequest = new (path: string) => WireRecord;
  type WatchRequest = new (path: string, watch: boolean) => WireRecord;

  const jute: {
    readonly OP_CODES: Readonly<
      Record<
        | "CREATE"
        | "DELETE"
        | "EXISTS"
        | "GET_DATA"
        | "SET_DATA"
        | "GET_CHILDREN2"
        | "CHECK"
        | "MULTI"
        | "SYNC"
        | "PING"
        | "AUTH"
        | "ERROR"
        | "CLOSE_SESSION",
        number
      >
    >;
    readonly XID_PING: number;
    readonly XID_NOTIFICATION: number;
    readonly XID_AUTHENTICATION: number;
    readonly Request: new (header: Header, payload: WireRecord | null) => WireRequest;
    readonly TransactionRequest: new (operations: readonly WireOperation[]) => WireRecord;
    readonly TransactionResponse: new () => WireRecord & { readonly results: readonly WireResult[] };
    readonly data: {
      readonly Id: new (scheme: string, id: string) => WireId;
      readonly ACL: new (perms: number, id: WireId) => WireAcl;
    };
    readonly protocol: {
      readonly RequestHeader: new (xid: number, type: number) => Header;
      readonly ReplyHeader: new () => WireRecord & { readonly xid: number; readonly zxid: Buffer; readonly err: number };
      readonly ConnectResponse: new () => WireRecord & { readonly timeOut: number; readonly sessionId: Buffer; readonly passwd: Buffer };
      readonly WatcherEvent: new () => WireRecord & { readonly type: number; readonly path: string };
      readonly CreateRequest: new (path: string, data: Buffer, acl: readonly WireAcl[], flags: number) => WireRecord;
      readonly CreateResponse: new () => WireRecord & { readonly path: string };
      readonly DeleteRequest: new (path: string, version: number) => WireRecord;
      readonly ExistsRequest: WatchRequest;
      readonly ExistsResponse: new () => WireRecord & { readonly stat: WireStat };
      readonly GetDataRequest: WatchRequest;
      readonly GetDataResponse: new () => WireRecord & { readonly data: Buffer | undefined; readonly stat: WireStat };
      readonly GetChildren2Request: WatchRequest;
      readonly GetChildren2Response: new () => WireRecord & { readonly children: readonly string[] };
      readonly SetDataRequest: new (path: string, data: Buffer, version: number) => WireRecord;
      readonly SetDataResponse: new () => WireRecord & { readonly stat: WireStat };
      readonly GetACLRequest: PathRequest;
    };
  };
  namespace jute {
    export type { WireAcl, WireOperation, WireRecord, WireRequest, WireResult, WireStat };
  }
  export = jute;
}

declare module "node-zookeeper-client/lib/ConnectionManager.js" {
  import type { EventEmitter } from "node:events";
  import type { Socket } from "node:net";
  import type { WireRequest } from "node-zookeeper-client/lib/jute/index.js";

  class ConnectionManager extends EventEmitter {
    static readonly STATES: Readonly<Record<"DISCONNECTED" | "CONNECTING" | "CONNECTED" | "CLOSED", number>>;
    constructor(servers: string, options: { sessionTimeout: number; spinDelay: number }, onState: (state: number) => void);
    socket: Socket | undefined;
    state: number;
    servers: readonly { readonly host: string; readonly port: number }[];
    sessionId: Buffer;
    sessionPassword: Buffer;
    sessionTimeout: number;
    /** The last zxid seen, 8 bytes. */
    zxid: Buffer;
    xid: number;
    packetQueue: {
      queue: ConnectionManager.Packet[];
      push(packet: ConnectionManager.Packet): void;
      shift(): ConnectionManager.Packet | undefined;
    };
    nextServerIndex: number;
    /** Sent after each handshake. */
    credentials: readonly { readonly scheme: string; readonly auth: Buffer }[];
    pendingQueue: ConnectionManager.Packet[];
    setState(state: number): void;
    updateTimeout(ms: number): void;
    connect(): void;
    onSocketConnected(): void;
    onSocketData(chunk: Buffer): void;
    onSocketDrain(): void;
    onPacketQueueReadable(): void;
  }
  namespace ConnectionManager {
    /** What a request came to. The adapter reads the answers itself, so this shape is its own. */
    type Answer =
      | { readonly kind: "answered"; readonly body: Buffer }
      | { readonly kind: "refused"; readonly code: number }
      | { readonly kind: "lost"; readonly why: string };
    interface Packet {
      readonly request: WireRequest;
      readonly callback: (answer: Answer) => void;
      /** The adapter's own mark. */
      readonly heartbeat?: boolean;
    }
  }
  export = ConnectionManager;
}
