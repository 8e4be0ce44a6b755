// What a session does when the network between it and its server breaks, in each way that a network breaks. The same stories are
// told of a real server (test/integration) and of the fake one (src/zookeeper), so that the fake, which can break in ways that no
// real server can be made to, is proved to be like a server where both can be asked.
import { describe, expect, test } from "vitest";
import type { SessionOptions } from "../../src/zookeeper/client.ts";
import type { Session, SessionState } from "../../src/zookeeper/session.ts";
import { aProxy, aSession, aWatch, reaches } from "./sessions.ts";
import type { TcpProxy } from "./tcp-proxy.ts";

export interface Breakable {
  readonly address: string;
  readonly port: number;
  /** From now on no session that was ever granted is known here. */
  forget(): Promise<void>;
}

/** A frame with these numbers of four bytes. */
export function frame(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + 4 * numbers.length);
  for (const [i, number] of [4 * numbers.length, ...numbers].entries()) bytes.writeInt32BE(number, 4 * i);
  return bytes;
}

/** xid -1, zxid -1, no error; type of event, state "connected", and the path "/abc". */
export function anEvent(type: number): Buffer {
  return frame(-1, -1, -1, 0, type, 3, 4, 0x2f616263);
}

const bareLength = (length: number): Buffer => frame(length).subarray(4);

/** Sent in the middle of a session, none of these can be read, and what comes after them cannot either. */
const rubbish: readonly { readonly what: string; readonly bytes: Buffer }[] = [
  { what: "an empty frame", bytes: bareLength(0) },
  { what: "a frame of a negative length", bytes: bareLength(-1) },
  { what: "a frame of two gigabytes", bytes: bareLength(0x7fff_ffff) },
  { what: "a frame too short for an answer", bytes: frame(7) },
  { what: "text of another protocol", bytes: Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n") },
  { what: "an answer that nobody waits for", bytes: frame(1_000_000, 0, 1, 0) },
  { what: "an event without a path", bytes: frame(-1, -1, -1, 0, 3) },
];

interface Story {
  readonly session: Session;
  readonly proxy: TcpProxy;
  /** Every state since the session was opened. */
  readonly states: readonly SessionState[];
}

/** To be called once in a test file, with the server once it runs. */
export function faultContract(server: () => Breakable): void {
  async function story(options: Partial<SessionOptions> = {}): Promise<Story> {
    const proxy = await aProxy(server());
    const session = await aSession(proxy.connectString, options);
    const states: SessionState[] = [];
    session.onState((state) => states.push(state));
    return { session, proxy, states };
  }

  describe("a broken network", () => {
    test("cuts a connection in the middle of an answer: its call is told, and the next connection is not spoiled", async () => {
      const { session, proxy, states } = await story();
      const { id } = session;
      proxy.cutAfter(10);
      await expect(session.get("/")).rejects.toMatchObject({ code: "ConnectionLoss" });
      await reaches(session, "connected");
      await session.get("/");
      expect([session.id, states]).toEqual([id, ["suspended", "connected"]]);
    });

    test("cuts a connection: every call that waits is told, and every watch is called", async () => {
      const { session, proxy } = await story();
      const { watch, called } = aWatch();
      await session.exists("/", watch);
      proxy.hold();
      const calls = Promise.allSettled([session.get("/"), session.exists("/"), session.sync("/")]);
      proxy.cut();
      const codes = (await calls).map((call) => call.status === "rejected" && call.reason.code);
      expect(codes).toEqual(["ConnectionLoss", "ConnectionLoss", "ConnectionLoss"]);
      await called;
      proxy.open();
    });

    test("never answers a handshake: the opening ends and says so", async () => {
      const proxy = await aProxy(server());
      proxy.hold();
      await expect(aSession(proxy.connectString, { connectTimeoutMs: 300 })).rejects.toMatchObject({
        code: "ConnectionLoss",
        message: expect.stringContaining("no answer to the handshake within 300 ms"),
      });
    });

    test("swallows everything and closes nothing: noticed by its silence, and survived", async () => {
      const { session, proxy, states } = await story({ timeoutMs: 15_000, connectTimeoutMs: 1_000 });
      const { id } = session;
      proxy.hold();
      await expect(session.get("/")).rejects.toMatchObject({
        code: "ConnectionLoss",
        message: expect.stringMatching(/no answer for \d+ ms/),
      });
      proxy.open();
      await reaches(session, "connected");
      expect([session.id, states]).toEqual([id, ["suspended", "connected"]]);
    });

    test("refuses every connection: calls fail at once, and work again when it stops", async () => {
      const { session, proxy } = await story();
      proxy.refuse();
      await reaches(session, "suspended");
      await expect(session.get("/")).rejects.toMatchObject({ code: "ConnectionLoss", message: expect.stringContaining("was not sent") });
      proxy.open();
      await reaches(session, "connected");
      await session.get("/");
    });

    test("holds calls back while the session is closed: they are told, and the closing ends", async () => {
      const { session, proxy, states } = await story();
      proxy.hold();
      const calls = Promise.allSettled([session.get("/"), session.exists("/")]);
      await session.close();
      expect((await calls).map((call) => call.status === "rejected" && call.reason.code)).toEqual(["SessionLost", "SessionLost"]);
      expect(states).toEqual(["closed"]);
    });

    test.each(rubbish)("that brings $what costs the connection, not the session", async ({ bytes }) => {
      const { session, proxy, states } = await story();
      const { id } = session;
      const again = new Promise<void>((resolve) => session.onState((state) => state === "connected" && resolve()));
      proxy.inject(bytes);
      await again;
      await session.get("/");
      expect([session.id, states]).toEqual([id, ["suspended", "connected"]]);
    });

    test.each([1, 2, 3, 4, 99])("that brings an event %i for nobody disturbs nobody", async (type) => {
      const { session, proxy, states } = await story();
      proxy.inject(anEvent(type));
      await session.get("/");
      await session.sync("/");
      expect(states).toEqual([]);
    });
  });

  describe("a server that has forgotten the session", () => {
    test("ends it for good: calls, watches and the session are told", async () => {
      const { session, states } = await story();
      const { id } = session;
      const { watch, called } = aWatch();
      await session.exists("/", watch);
      await server().forget();
      await reaches(session, "lost");
      await called;
      await expect(session.get("/")).rejects.toMatchObject({ code: "SessionLost" });
      await session.close();
      expect([session.id, session.state, states]).toEqual([id, "lost", ["suspended", "lost"]]);
    });
  });
}
