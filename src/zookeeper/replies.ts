// What servers send, frame by frame, as data. Throws where a frame is too short for what it claims to be.
import jute from "node-zookeeper-client/lib/jute/index.js";

/** The answer to a handshake; `timeoutMs` is 0 or less where the server does not know the session (any more). */
export interface Greeting {
  readonly timeoutMs: number;
  readonly sessionId: Buffer;
  readonly password: Buffer;
}

export type Reply =
  | { readonly kind: "pong" }
  | { readonly kind: "credentials"; readonly code: number }
  | { readonly kind: "changed"; readonly event: number; readonly path: string }
  /** To a request: 0 is success, and only then there is a body. */
  | { readonly kind: "answer"; readonly xid: number; readonly zxid: Buffer; readonly code: number; readonly body: Buffer };

export function readGreeting(frame: Buffer): Greeting {
  const wire = new jute.protocol.ConnectResponse();
  wire.deserialize(frame, 0);
  return { timeoutMs: wire.timeOut, sessionId: wire.sessionId, password: wire.passwd };
}

export function readReply(frame: Buffer): Reply {
  const { xid, zxid, err: code, body } = readHeader(frame);
  switch (xid) {
    case jute.XID_PING:
      return { kind: "pong" };
    case jute.XID_AUTHENTICATION:
      return { kind: "credentials", code };
    case jute.XID_NOTIFICATION:
      return readChange(body);
    default:
      return { kind: "answer", xid, zxid, code, body };
  }
}

function readHeader(frame: Buffer): { readonly xid: number; readonly zxid: Buffer; readonly err: number; readonly body: Buffer } {
  const wire = new jute.protocol.ReplyHeader();
  const body = frame.subarray(wire.deserialize(frame, 0));
  return { xid: wire.xid, zxid: wire.zxid, err: wire.err, body };
}

function readChange(body: Buffer): Reply {
  const wire = new jute.protocol.WatcherEvent();
  wire.deserialize(body, 0);
  return { kind: "changed", event: wire.type, path: wire.path };
}
