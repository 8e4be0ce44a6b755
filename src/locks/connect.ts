// A session for programs that take locks, from the few things that they know.
//
// Promised: what `session.ts` promises. Not promised: that a session which is lost is opened anew; whoever waits opens another.
import { systemClock } from "../shared/clock.ts";
import { silentLog } from "../shared/log.ts";
import { openSession, type SessionOptions } from "../zookeeper/client.ts";
import type { Session } from "../zookeeper/session.ts";

export interface ConnectOptions extends Pick<SessionOptions, "auth" | "tls" | "signal"> {
  /** host:port,host:port, and /chroot where there is one. */
  readonly zookeeper: string;
  /** Default 30 000. */
  readonly sessionTimeoutMs?: number;
}

/** Throws ZooKeeperError; its `code` says what it is about. */
export function connect({ zookeeper, sessionTimeoutMs = 30_000, ...options }: ConnectOptions): Promise<Session> {
  return openSession({ servers: zookeeper, timeoutMs: sessionTimeoutMs, clock: systemClock, log: silentLog, ...options });
}
