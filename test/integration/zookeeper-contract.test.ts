// A session with a real server does what every session does; test/support/memory-session.test.ts says the same of the one in memory.
import { afterAll, beforeAll } from "vitest";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { sessionContract } from "../support/session-contract.ts";
import { aProxy, aSession, reaches } from "../support/sessions.ts";
import type { TcpProxy } from "../support/tcp-proxy.ts";

let server: ZooKeeperServer;
const proxies = new Map<Session, TcpProxy>();

beforeAll(async () => {
  server = await startZooKeeper();
});
afterAll(() => server?.stop());

async function open(timeoutMs: number): Promise<Session> {
  const proxy = await aProxy(server);
  const session = await aSession(proxy.connectString, { timeoutMs });
  proxies.set(session, proxy);
  return session;
}

sessionContract({
  open: () => open(30_000),
  openBriefly: () => open(3_000),
  async suspend(session) {
    proxies.get(session)?.refuse();
    await reaches(session, "suspended");
  },
  async resume(session) {
    proxies.get(session)?.open();
    await reaches(session, "connected");
  },
  async lose(session) {
    proxies.get(session)?.refuse();
    await reaches(session, "lost");
  },
});
