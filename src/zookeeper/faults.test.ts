// The adapter against a server that misbehaves in the middle of a session, in ways that no real one can be made to; and the faults
// of a network, told of the fake server as test/integration tells them of a real one. docs/decisions/0003 lists which is where.
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { FakeZooKeeper, lasting } from "../../test/support/fake-zookeeper.ts";
import { anEvent, type Breakable, faultContract } from "../../test/support/fault-contract.ts";
import { aFakeServer, aSession, aWatch, reaches } from "../../test/support/sessions.ts";
import { systemClock } from "../shared/clock.ts";
import { silentLog } from "../shared/log.ts";
import { openSession } from "./client.ts";
import { Connection } from "./connection.ts";
import { Requests } from "./requests.ts";

const [create, get, sync, multi, credentials] = [1, 4, 9, 14, 100];
const patient = { timeout: 20_000 };

describe("the faults of a network, told of the fake server", () => {
  let server: Breakable;
  beforeEach(async () => {
    let isForgotten = false;
    const fake = await FakeZooKeeper.start({ handshake: (c) => c.grant(isForgotten ? 0 : 15_000) });
    onTestFinished(() => fake.stop());
    const forget = async () => {
      isForgotten = true;
      for (const connection of fake.connections) connection.close();
    };
    server = { address: fake.address, port: fake.port, forget };
  });
  faultContract(() => server);
});

describe("what is sent", () => {
  test("nothing a second time: a create whose answer was lost is the caller's to look for", async () => {
    const server = await aFakeServer({
      ...lasting(),
      request: (c, r) => (r.type === create ? c.close() : c.answer(r)),
    });
    const session = await aSession(server.connectString);
    await expect(session.create("/a", Buffer.alloc(0), "persistent")).rejects.toMatchObject({ code: "ConnectionLoss" });
    await reaches(session, "connected");
    await session.exists("/a");
    expect(server.connections.flatMap((c) => c.requests).filter((r) => r.type === create).length).toBe(1);
  });

  test("numbers from 1 on: servers before 3.6 never take the brake off a session whose first request was number 0", async () => {
    const server = await aFakeServer(lasting());
    await aSession(server.connectString);
    expect(server.connections[0]?.requests[0]).toEqual({ xid: 1, type: sync });
  });

  test("number 1 after the highest there is", async () => {
    const server = await aFakeServer(lasting());
    const events = { connected: () => undefined, disconnected: () => undefined, over: () => undefined, changed: () => undefined };
    const hosts = [{ host: server.address, port: server.port }];
    const how = { clock: systemClock, random: () => 0, timeoutMs: 30_000, attemptTimeoutMs: 10_000, tls: undefined, login: undefined };
    const connection = new Connection({ ...how, hosts }, events);
    onTestFinished(() => connection.end("the test is over"));
    connection.xid = 0x7fff_fffe;
    connection.connect();
    await expect.poll(() => connection.isConnected, patient).toBe(true);
    const exists = new Requests("", { kind: "open" }).exists("/", false);
    const ask = () => new Promise((resolve) => connection.send(exists, (answer) => resolve(answer.kind)));
    expect(await Promise.all([ask(), ask(), ask()])).toEqual(["answered", "answered", "answered"]);
    expect(server.connections[0]?.requests.map((r) => r.xid)).toEqual([0x7fff_fffe, 0x7fff_ffff, 1]);
  });

  test("heartbeats, also while nothing but events comes in", async () => {
    const server = await aFakeServer({ handshake: (c) => c.grant(1_200) });
    const session = await aSession(server.connectString);
    const flood = setInterval(() => server.connections[0]?.raw(anEvent(3)), 5);
    onTestFinished(() => clearInterval(flood));
    const before = session.leaseEnd;
    await expect.poll(() => session.sent.heartbeats, patient).toBeGreaterThan(4);
    expect([session.state, session.leaseEnd > before]).toEqual(["connected", true]);
  });
});

describe("what is answered", () => {
  test("an unknown number for one operation of a transaction is an error that names the operation", async () => {
    const server = await aFakeServer({ ...lasting(), request: (c, r) => (r.type === multi ? c.refuseOperation(r, -9_999) : c.answer(r)) });
    const session = await aSession(server.connectString);
    const transaction = session.transaction([{ op: "check", path: "/a", version: 0 }]);
    await expect(transaction).rejects.toMatchObject({ code: "Server", operation: 0, message: expect.stringContaining("-9999") });
    expect(session.state).toBe("connected");
  });

  test("a heartbeat that is refused does not extend the lease", async () => {
    let throttled = false;
    const server = await aFakeServer({
      handshake: (c, n) => (n === 0 ? c.grant(3_000) : undefined),
      request: (c, r) => c.answer(r, r.type === sync && throttled ? -127 : 0),
    });
    const session = await aSession(server.connectString);
    throttled = true;
    const { leaseEnd } = session;
    await reaches(session, "suspended");
    expect(session.leaseEnd).toBe(leaseEnd);
    await session.close();
  });

  test("credentials that are refused on a later connection end the session", async () => {
    const server = await aFakeServer({
      ...lasting(),
      request: (c, r) => c.answer(r, r.type === credentials && server.connections.length > 1 ? -115 : 0),
    });
    const session = await aSession(server.connectString, { auth: { scheme: "digest", credentials: "u:p" } });
    server.connections[0]?.close();
    await reaches(session, "lost");
    await expect(session.get("/a")).rejects.toMatchObject({ code: "AuthFailed" });
    expect(server.connections.length).toBe(2);
  });

  test("the end of a session reaches every watch, of every kind, once", async () => {
    const server = await aFakeServer({ ...lasting(), request: (c, r) => c.answer(r, r.type === get && r.xid > 5 ? -112 : 0) });
    const session = await aSession(server.connectString);
    const [one, two] = [aWatch(), aWatch()];
    await session.get("/a", one.watch);
    await session.exists("/b", two.watch);
    while (session.state !== "lost") await session.get("/c").catch(() => undefined);
    await Promise.all([one.called, two.called]);
    expect([one.calls(), two.calls()]).toEqual([1, 1]);
  });

  test("an answer to a handshake that was given up is heard by nobody", async () => {
    const giveUp = new AbortController();
    const answered = Promise.withResolvers<void>();
    const server = await aFakeServer({
      handshake(connection) {
        giveUp.abort();
        connection.grant(30_000);
        connection.raw(anEvent(3));
        answered.resolve();
      },
    });
    const options = { servers: server.connectString, timeoutMs: 30_000, clock: systemClock, log: silentLog, signal: giveUp.signal };
    await expect(openSession(options)).rejects.toMatchObject({ code: "SessionLost" });
    await answered.promise;
    const session = await aSession((await aFakeServer(lasting())).connectString);
    await session.exists("/");
    expect(server.connections.map((c) => c.requests)).toEqual([[]]);
  });
});
