// What one connection tells the session that it serves.
import type { ZooKeeperError } from "./session.ts";

/** What a server granted in a handshake. */
export interface Grant {
  readonly id: string;
  readonly timeoutMs: number;
  /** Clock.monotonic at which the handshake's request was sent: the server has renewed the session since. */
  readonly sentAt: number;
  /** "host:port" */
  readonly server: string;
}

export interface ConnectionEvents {
  connected(grant: Grant): void;
  /** A connection or an attempt ended; the next attempt follows. */
  disconnected(why: string): void;
  /** The session is over: expired, refused, replaced, or no server took it in the first place. */
  over(error: ZooKeeperError): void;
  /** A watched node changed: the event's number in the protocol, and the node's path. */
  changed(event: number, path: string): void;
}
