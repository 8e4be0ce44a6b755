// Sessions of a test, closed when it ends, and what tests wait for with them.
import { onTestFinished } from "vitest";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { openSession, type SessionOptions } from "../../src/zookeeper/client.ts";
import type { Session, SessionState } from "../../src/zookeeper/session.ts";
import { FakeZooKeeper, type Script } from "./fake-zookeeper.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/** A session that outlives any test, unless told otherwise. */
export async function aSession(servers: string, options: Partial<SessionOptions> = {}): Promise<Session> {
  const session = await openSession({ servers, timeoutMs: 30_000, clock: systemClock, log: silentLog, ...options });
  onTestFinished(() => session.close());
  return session;
}

export async function aFakeServer(script: Script = {}): Promise<FakeZooKeeper> {
  const server = await FakeZooKeeper.start(script);
  onTestFinished(() => server.stop());
  return server;
}

export async function aProxy(target: { readonly address: string; readonly port: number }): Promise<TcpProxy> {
  const proxy = await TcpProxy.start(target);
  onTestFinished(() => proxy.stop());
  return proxy;
}

/** Resolves when the session is, or comes to be, in that state. */
export function reaches(session: Session, state: SessionState): Promise<void> {
  return new Promise((resolve) => {
    if (session.state === state) resolve();
    session.onState((now) => now === state && resolve());
  });
}

/** A function to watch with: how often it was called, and a promise of the first call. */
export function aWatch(): { readonly calls: () => number; readonly watch: () => void; readonly called: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let calls = 0;
  const watch = () => {
    calls += 1;
    resolve();
  };
  return { calls: () => calls, watch, called: promise };
}
