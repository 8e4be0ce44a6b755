// The adapter against a real server: watches, and what becomes of a session when the server stops, restarts, or cannot be reached.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import type { SessionOptions } from "../../src/zookeeper/client.ts";
import type { Session, SessionState } from "../../src/zookeeper/session.ts";
import { aProxy, aSession, aWatch, reaches } from "../support/sessions.ts";

const nothing = Buffer.alloc(0);
const patient = { timeout: 60_000 };
let server: ZooKeeperServer;
let trees = 0;

beforeAll(async () => {
  server = await startZooKeeper();
});
afterEach(() => server.resume());
afterAll(() => server?.stop());

function open(options: Partial<SessionOptions> = {}): Promise<Session> {
  return aSession(server.connectString, options);
}

/** A session, and a node of the test's own to work below. */
async function openWithTree(options: Partial<SessionOptions> = {}): Promise<{ session: Session; root: string }> {
  const session = await open(options);
  const root = `/tree-${trees++}`;
  await session.createParents(root);
  return { session, root };
}

describe("watches", () => {
  test("a function that throws ends neither the session nor the other watches", async () => {
    const { session, root } = await openWithTree();
    const { watch, called } = aWatch();
    await session.get(root, () => {
      throw new Error("of the user");
    });
    await session.get(root, watch);
    await session.set(root, nothing, 0);
    await called;
    expect(session.state).toBe("connected");
  });
});

describe("the life of a session", () => {
  test("what is counted as sent is what the server counts as received", async () => {
    const session = await open({ timeoutMs: 1_500, auth: { scheme: "digest", credentials: "u:p" } });
    for (let i = 0; i < 20; i += 1) await session.exists("/");
    await expect.poll(() => session.sent.heartbeats, patient).toBeGreaterThan(4);
    const counts = async () => {
      const before = session.sent.requests;
      const line = (await server.fourLetterWord("cons")).split("\n").find((l) => l.includes(`sid=0x${session.id.replace(/^0x0*/, "")},`));
      return { before, after: session.sent.requests, received: Number(/recved=(\d+)/.exec(line ?? "")?.[1]) };
    };
    // a heartbeat may go out between the two counts: ask again then
    await expect.poll(async () => ((c) => c.before === c.after && c.received === c.before)(await counts()), patient).toBe(true);
    expect(session.sent.requests).toBeGreaterThan(20 + session.sent.heartbeats);
  });

  test("the lease moves on with the heartbeats and stays within two thirds of what was granted", async () => {
    const session = await open({ timeoutMs: 1_500 });
    const first = session.leaseEnd;
    expect(session.timeoutMs).toBe(1_500);
    await expect.poll(() => session.leaseEnd, patient).toBeGreaterThan(first + 500);
    expect(session.leaseEnd).toBeLessThanOrEqual(performance.now() + 1_000);
  });

  test("a session outlives a restart of the server, with its ephemeral nodes; calls in between fail with ConnectionLoss", async () => {
    const { session, root } = await openWithTree();
    const states: SessionState[] = [];
    session.onState((state) => states.push(state));
    await session.create(`${root}/e`, nothing, "ephemeral");
    const { id } = session;
    await server.kill();
    await reaches(session, "suspended");
    await expect(session.get(root)).rejects.toMatchObject({ code: "ConnectionLoss" });
    await server.restart();
    await reaches(session, "connected");
    expect(session.id).toBe(id);
    expect((await session.exists(`${root}/e`))?.ephemeralOwner).toBe(id);
    expect(states).toEqual(["suspended", "connected"]);
  });

  test("a server that stops answering is noticed: suspended before the lease ends, lost when the timeout has passed", async () => {
    const session = await open({ timeoutMs: 2_000 });
    const seen: { readonly state: SessionState; readonly at: number; readonly leaseEnd: number }[] = [];
    session.onState((state) => seen.push({ state, at: performance.now(), leaseEnd: session.leaseEnd }));
    const waiting = reaches(session, "lost");
    server.pause();
    const calls = Promise.allSettled([session.get("/"), session.children("/")]);
    await waiting;
    expect(seen.map(({ state }) => state)).toEqual(["suspended", "lost"]);
    expect(seen[1]?.at).toBeGreaterThanOrEqual((seen[0]?.leaseEnd ?? 0) + 2_000 / 3 - 1);
    expect((await calls).map((call) => call.status)).toEqual(["rejected", "rejected"]);
    server.resume();
    await expect(session.get("/")).rejects.toMatchObject({ code: "SessionLost" });
    await session.close();
    expect(session.state).toBe("lost");
  });

  test("a network that swallows everything is noticed, and the session goes on when it comes back in time", async () => {
    const proxy = await aProxy(server);
    const session = await open({ servers: proxy.connectString, timeoutMs: 15_000, connectTimeoutMs: 1_000 });
    proxy.hold();
    await reaches(session, "suspended");
    proxy.open();
    await reaches(session, "connected");
    await session.get("/");
  });

  test("a session is ended at the server also when its connection is away", async () => {
    const proxy = await aProxy(server);
    const { session, root } = await openWithTree({ servers: proxy.connectString });
    const witness = await open();
    await session.create(`${root}/e`, nothing, "ephemeral");
    proxy.cut();
    await reaches(session, "suspended");
    await session.close();
    expect(session.state).toBe("closed");
    expect(await witness.exists(`${root}/e`)).toBeUndefined();
  });

  test("a session is closed, and its calls refused, although no server can be reached", async () => {
    const proxy = await aProxy(server);
    const session = await open({ servers: proxy.connectString });
    proxy.refuse();
    await reaches(session, "suspended");
    await session.close();
    await expect(session.get("/")).rejects.toMatchObject({ code: "SessionLost" });
  });
});
