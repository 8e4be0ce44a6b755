import { spawn } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { FakeZooKeeper } from "../../test/support/fake-zookeeper.ts";
import { systemClock } from "../shared/clock.ts";
import { silentLog } from "../shared/log.ts";
import { type HeldSession, holdSession, type SessionHolder } from "./session-holder.ts";

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function fake(...script: Parameters<typeof FakeZooKeeper.start>): Promise<FakeZooKeeper> {
  const server = await FakeZooKeeper.start(...script);
  cleanUp.push(() => server.stop());
  return server;
}

function hold(servers: string, auth = false): SessionHolder {
  const credentials = auth ? ({ auth: { scheme: "digest", credentials: "u:p" } } as const) : {};
  const holder = holdSession({ servers, timeoutMs: 30_000, clock: systemClock, log: silentLog, random: () => 0, ...credentials });
  cleanUp.push(() => holder.close());
  return holder;
}

function when(holder: SessionHolder, is: (held: HeldSession) => boolean): Promise<HeldSession> {
  return new Promise((resolve) => {
    const look = () => is(holder.current()) && resolve(holder.current());
    holder.onChange(look);
    look();
  });
}

test("there is a reason before there is a session, and a new session after one was lost", async () => {
  const server = await fake({ handshake: (c, n) => c.grant(n === 1 ? 0 : 30_000, BigInt(n + 1)) });
  const holder = hold(server.connectString);
  expect(holder.current()).toMatchObject({ kind: "none", why: expect.stringContaining(server.connectString), code: undefined });
  const first = await when(holder, (h) => h.kind === "session");
  server.connections[0]?.close(); // and the next handshake says that it has expired
  const second = await when(holder, (h) => h.kind === "session" && h.session !== (first.kind === "session" && first.session));
  expect([first, second].map((h) => h.kind === "session" && [h.session.id, h.session.state])).toEqual([
    ["0x0000000000000001", "lost"],
    ["0x0000000000000003", "connected"],
  ]);
});

test("it goes on asking after failures, and says which server failed how", async () => {
  const server = await fake({ handshake: (c, n) => (n < 3 ? c.close() : c.grant(30_000)) });
  const holder = hold(server.connectString);
  const failed = await when(holder, (h) => h.kind === "none" && h.code !== undefined);
  expect(failed).toMatchObject({
    code: "ConnectionLoss",
    why: expect.stringContaining(`${server.connectString}: the server closed the connection`),
  });
  await when(holder, (h) => h.kind === "session");
  expect(server.connections.length).toBe(4);
});

test("refused credentials are told from servers that do not answer", async () => {
  const server = await fake({ request: (c, r) => c.answer(r, r.type === 100 ? -115 : 0) });
  const holder = hold(server.connectString, true);
  expect(await when(holder, (h) => h.kind === "none" && h.code !== undefined)).toMatchObject({ code: "AuthFailed" });
});

test("a login that is refused is tried again, but not soon", async () => {
  const waits: number[] = [];
  const clock = {
    ...systemClock,
    after(ms: number, call: () => void) {
      const isWait = ms >= 10_000 && ms < 30_000; // an attempt has 30 s here, a call 90
      if (isWait) waits.push(ms);
      return systemClock.after(isWait ? 1 : ms, call);
    },
  };
  const server = await fake({ request: (c, r) => c.answer(r, r.type === 100 ? -115 : 0) });
  const auth = { scheme: "digest", credentials: "u:p" } as const;
  const how = { timeoutMs: 90_000, clock, log: silentLog, random: () => 0 };
  const holder = holdSession({ servers: server.connectString, ...how, auth });
  cleanUp.push(() => holder.close());
  await expect.poll(() => server.connections.length, { timeout: 20_000 }).toBeGreaterThan(2);
  expect(waits.slice(0, 2)).toEqual([15_000, 15_000]);
});

test("closed, it closes its session and opens no other", async () => {
  const server = await fake({ handshake: (c) => c.grant(30_000) });
  const holder = hold(server.connectString);
  const held = await when(holder, (h) => h.kind === "session");
  await holder.close();
  expect([held.kind === "session" && held.session.state, holder.current().kind]).toEqual(["closed", "none"]);
  expect(server.connections.length).toBe(1);
});

test("closed while it waits to ask again, it is done at once", async () => {
  const holder = hold("127.0.0.1:1");
  await when(holder, (h) => h.kind === "none" && h.code !== undefined);
  await holder.close();
  expect(holder.current()).toMatchObject({ kind: "none", why: "the holder of the ZooKeeper session was closed" });
});

test("a program that has nothing but a holder does not end while no server answers", async () => {
  const program = `
    import { holdSession } from ${JSON.stringify(`${import.meta.dirname}/session-holder.ts`)};
    import { systemClock } from ${JSON.stringify(`${import.meta.dirname}/../shared/clock.ts`)};
    import { silentLog } from ${JSON.stringify(`${import.meta.dirname}/../shared/log.ts`)};
    let failures = 0;
    const holder = holdSession({ servers: "127.0.0.1:1", timeoutMs: 3000, clock: systemClock, log: silentLog });
    holder.onChange(() => { if (++failures === 3) { console.log("alive"); void holder.close(); } });
  `;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect([code, said.trim()]).toEqual([0, "alive"]);
});
