// What the adapter does when a server misbehaves while a session is opened, or in what it answers: the faults of
// node-zookeeper-client that it repairs, and the promises of session.ts that only a server of the test's own can put to the proof.
import { describe, expect, test } from "vitest";
import { lasting } from "../../test/support/fake-zookeeper.ts";
import { aFakeServer, aSession, reaches } from "../../test/support/sessions.ts";

const credentials = 100;
const get = 4;

describe("opening", () => {
  test("a server that never answers the handshake is given up, by name", async () => {
    const server = await aFakeServer({ handshake: () => undefined });
    const opening = aSession(server.connectString, { connectTimeoutMs: 200 });
    await expect(opening).rejects.toMatchObject({
      code: "ConnectionLoss",
      message: expect.stringContaining(`${server.connectString}: no answer to the handshake`),
    });
  });

  test("the next server is asked when one is silent, and another closes", async () => {
    const servers = [
      await aFakeServer({ handshake: () => undefined }),
      await aFakeServer({ handshake: (c) => c.close() }),
      await aFakeServer(lasting()),
    ];
    const session = await aSession(servers.map((s) => s.connectString).join(","), { connectTimeoutMs: 500, random: () => 0 });
    expect([session.state, servers.map((s) => s.connections.length)]).toEqual(["connected", [1, 1, 1]]);
  });

  test("where nobody listens, the error says so at once", async () => {
    const server = await aFakeServer();
    const { connectString } = server;
    await server.stop();
    await expect(aSession(connectString)).rejects.toMatchObject({
      code: "ConnectionLoss",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("a server of another protocol is told apart", async () => {
    const server = await aFakeServer({ handshake: (c) => c.raw(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")) });
    await expect(aSession(server.connectString)).rejects.toMatchObject({ message: expect.stringContaining("not ZooKeeper's protocol") });
  });

  test("a server that grants and then is silent gets no session handed out", async () => {
    const server = await aFakeServer({ handshake: (c) => c.grant(600), request: () => undefined });
    await expect(aSession(server.connectString, { connectTimeoutMs: 200 })).rejects.toMatchObject({ code: "ConnectionLoss" });
  });

  test("refused credentials are AuthFailed", async () => {
    const server = await aFakeServer({ request: (c, r) => c.answer(r, r.type === credentials ? -115 : 0) });
    const auth = { scheme: "digest", credentials: "u:p" } as const;
    await expect(aSession(server.connectString, { auth })).rejects.toMatchObject({ code: "AuthFailed" });
  });

  test("a server that wants credentials and gets none is AuthFailed", async () => {
    const server = await aFakeServer({ request: (c, r) => c.answer(r, -124) });
    await expect(aSession(server.connectString)).rejects.toMatchObject({ code: "AuthFailed" });
  });

  test("an opening that is given up in the same turn leaves nothing behind", async () => {
    const server = await aFakeServer();
    const giveUp = new AbortController();
    const opening = aSession(server.connectString, { signal: giveUp.signal });
    giveUp.abort();
    await expect(opening).rejects.toMatchObject({ code: "SessionLost" });
    await expect(aSession(server.connectString, { signal: giveUp.signal })).rejects.toMatchObject({ code: "SessionLost" });
  });

  test.each(["", "host:port", "host:0", "a b:1", "host:2181/a/", "::1:2181"])("%j is not taken as servers", async (servers) => {
    await expect(aSession(servers)).rejects.toMatchObject({ code: "InvalidPath" });
  });
});

describe("answers", () => {
  test.each([-127, -9_999])("an error number %i that the library does not know is an error, and the session goes on", async (code) => {
    let refuse = true;
    const server = await aFakeServer({ ...lasting(), request: (c, r) => c.answer(r, r.type === get && refuse ? code : 0) });
    const session = await aSession(server.connectString);
    await expect(session.get("/a")).rejects.toMatchObject({ code: "Server", message: expect.stringContaining(String(code)) });
    refuse = false;
    await session.get("/a");
    expect(server.connections.length).toBe(1);
  });

  test("an answer to another request than the one that is due breaks the connection", async () => {
    const server = await aFakeServer({
      ...lasting(),
      request: (c, r) => c.answer({ type: r.type, xid: r.type === get && server.connections.length === 1 ? r.xid + 1 : r.xid }),
    });
    const session = await aSession(server.connectString);
    await expect(session.get("/a")).rejects.toMatchObject({ code: "ConnectionLoss" });
    await reaches(session, "connected");
    await session.get("/a");
  });

  test("an answer that is too short breaks the connection, and its call is told", async () => {
    const server = await aFakeServer({
      ...lasting(),
      request(connection, request) {
        const bytes = connection.answerBytes(request);
        if (request.type === get && server.connections.length === 1) {
          bytes.writeInt32BE(30, 0);
          return connection.raw(bytes.subarray(0, 34));
        }
        return connection.raw(bytes);
      },
    });
    const session = await aSession(server.connectString);
    await expect(session.get("/a")).rejects.toMatchObject({ code: "ConnectionLoss" });
    await reaches(session, "connected");
  });

  test("thousands of answers in one piece are all read", async () => {
    const held: Buffer[] = [];
    const server = await aFakeServer({
      ...lasting(),
      request(connection, request) {
        if (request.type !== get) return connection.answer(request);
        if (held.push(connection.answerBytes(request)) === 5_000) connection.raw(Buffer.concat(held));
      },
    });
    const session = await aSession(server.connectString);
    const calls = await Promise.all(Array.from({ length: 5_000 }, () => session.get("/a")));
    expect(calls.every((node) => node !== undefined)).toBe(true);
  });

  test("a call that is not answered in time fails alone, and its late answer disturbs nobody", async () => {
    let answerLate = () => undefined as unknown;
    const server = await aFakeServer({
      ...lasting(),
      request(connection, request) {
        if (request.type === get) answerLate = () => connection.answer(request);
        else connection.answer(request);
      },
    });
    const session = await aSession(server.connectString, { callTimeoutMs: 300 });
    await expect(session.get("/a")).rejects.toMatchObject({ code: "Timeout" });
    answerLate();
    await session.exists("/a");
    expect(session.state).toBe("connected");
  });
});
