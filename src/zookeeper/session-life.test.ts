// What becomes of a session when its connection breaks, when time passes without an answer, and when it is closed.
import { describe, expect, test } from "vitest";
import { lasting } from "../../test/support/fake-zookeeper.ts";
import { aFakeServer, aSession, reaches } from "../../test/support/sessions.ts";
import type { SessionState } from "./session.ts";

const patient = { timeout: 20_000 };
const credentials = 100;
const get = 4;
const endOfSession = -11;

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe("reconnecting", () => {
  test("a silent handshake after a break is given up too", async () => {
    const server = await aFakeServer({ handshake: (c, n) => (n === 1 ? undefined : c.grant(30_000)) });
    const session = await aSession(server.connectString, { connectTimeoutMs: 300 });
    server.connections[0]?.close();
    await reaches(session, "suspended");
    await reaches(session, "connected");
    expect(server.connections.length).toBe(3);
  });

  test("credentials go first and once, however many attempts failed before; then what a listener sends", async () => {
    const server = await aFakeServer(lasting(1, 2, 3));
    const session = await aSession(server.connectString, { auth: { scheme: "digest", credentials: "u:p" } });
    await session.get("/a", () => undefined); // a watch: it must not be set again behind its owner's back
    const again = new Promise<unknown>((resolve) => {
      session.onState((state) => state === "connected" && resolve(session.get("/a")));
    });
    server.connections[0]?.close();
    await again;
    const types = server.connections[4]?.requests.map((r) => r.type) ?? [];
    expect(types[0]).toBe(credentials);
    expect(types.filter((type) => type >= credentials)).toEqual([credentials]);
  });

  test("nothing that was asked while the connection was away is sent later", async () => {
    const server = await aFakeServer(lasting());
    const session = await aSession(server.connectString);
    server.connections[0]?.close();
    await reaches(session, "suspended");
    await expect(session.get("/a")).rejects.toMatchObject({ code: "ConnectionLoss" });
    await reaches(session, "connected");
    await session.exists("/b");
    expect(server.connections.flatMap((c) => c.requests).filter((r) => r.type === get)).toEqual([]);
  });

  test.each([
    { name: "another session", second: { timeoutMs: 30_000, session: 8n } },
    { name: "no timeout and no session", second: { timeoutMs: 0, session: 0n } },
    { name: "no timeout", second: { timeoutMs: 0, session: 7n } },
  ])("a server that answers with $name ends the session for good", async ({ second }) => {
    const server = await aFakeServer({
      handshake: (c, n) => (n === 0 ? c.grant(30_000) : c.grant(second.timeoutMs, second.session)),
      request: (c, r) => (r.type === get ? undefined : c.answer(r)),
    });
    const session = await aSession(server.connectString);
    const { id } = session;
    const states: SessionState[] = [];
    session.onState((state) => states.push(state));
    const pending = session.get("/a");
    await expect.poll(() => server.connections[0]?.requests.some((r) => r.type === get), patient).toBe(true);
    server.connections[0]?.close();
    await expect(pending).rejects.toMatchObject({ code: "ConnectionLoss" });
    await reaches(session, "lost");
    await expect(session.get("/a")).rejects.toMatchObject({ code: "SessionLost" });
    expect([states, session.id, server.connections.length]).toEqual([["suspended", "lost"], id, 2]);
  });

  test("an answer that the session has expired ends it, and every call that waits", async () => {
    const server = await aFakeServer({ ...lasting(), request: (c, r) => c.answer(r, r.type === get ? -112 : 0) });
    const session = await aSession(server.connectString);
    const calls = await Promise.allSettled([session.get("/a"), session.exists("/b")]);
    expect(calls.map((call) => call.status === "rejected" && call.reason.code)).toEqual(["SessionLost", "SessionLost"]);
    expect(session.state).toBe("lost");
  });
});

describe("time", () => {
  /** A session in the first turn of its process after that was stopped for longer than the session lasts. */
  async function stoppedTooLong() {
    const server = await aFakeServer({ handshake: (c) => c.grant(900) });
    const session = await aSession(server.connectString);
    const states: SessionState[] = [];
    session.onState((state) => states.push(state));
    block(1_000);
    return { session, states };
  }

  test("a process that was stopped for longer than its session finds it lost in its first turn", async () => {
    const { session, states } = await stoppedTooLong();
    expect(session.state).toBe("lost");
    await expect(session.get("/a")).rejects.toMatchObject({ code: "SessionLost" });
    await expect.poll(() => states.at(-1), patient).toBe("lost");
    expect(session.state).toBe("lost");
  });

  test("a session that is found lost in such a turn and closed at once stays lost", async () => {
    const { session, states } = await stoppedTooLong();
    expect(session.state).toBe("lost");
    await session.close();
    expect([session.state, states.at(-1)]).toEqual(["lost", "lost"]);
  });

  test("a process that was stopped beyond the lease does not find the session connected", async () => {
    const server = await aFakeServer({ handshake: (c) => c.grant(9_000) });
    const session = await aSession(server.connectString);
    block(6_100);
    expect(session.leaseEnd).toBeLessThan(performance.now());
    expect(session.state).not.toBe("connected");
    await expect(session.get("/a")).rejects.toMatchObject({ code: expect.stringMatching(/ConnectionLoss|SessionLost/) });
  });

  test("a server that stops answering is left before the lease ends, and the session is lost at its end", async () => {
    let silent = false;
    const server = await aFakeServer({
      handshake: (c) => (silent ? undefined : c.grant(1_200)),
      request: (c, r) => (silent ? undefined : c.answer(r)),
    });
    const session = await aSession(server.connectString);
    silent = true;
    const pending = session.get("/a");
    await expect(pending).rejects.toMatchObject({ code: "ConnectionLoss" });
    const { leaseEnd } = session;
    await reaches(session, "lost");
    expect(performance.now()).toBeGreaterThanOrEqual(leaseEnd + 400 - 1);
  });
});

describe("closing", () => {
  test("a call that waits is told, and a server that does not answer the end is not waited for long", async () => {
    const server = await aFakeServer({
      ...lasting(),
      request: (c, r) => (r.type === get || r.type === endOfSession ? undefined : c.answer(r)),
    });
    const session = await aSession(server.connectString);
    const pending = expect(session.get("/a")).rejects.toMatchObject({ code: "SessionLost" });
    const closing = session.close();
    await expect(session.get("/b")).rejects.toMatchObject({ code: "SessionLost" });
    await Promise.all([closing, pending]);
    expect([session.state, server.connections[0]?.requests.at(-1)?.type]).toEqual(["closed", endOfSession]);
  });

  test("closing twice is closing once", async () => {
    const server = await aFakeServer(lasting());
    const session = await aSession(server.connectString);
    await Promise.all([session.close(), session.close()]);
    expect(server.connections[0]?.requests.filter((r) => r.type === endOfSession).length).toBe(1);
  });
});
