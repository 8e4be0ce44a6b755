// The adapter against three servers: what only an ensemble shows.
import { execFileSync } from "node:child_process";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Ensemble, startEnsemble } from "../../dev/zookeeper/ensemble.ts";
import type { ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { aSession, reaches } from "../support/sessions.ts";

const nothing = Buffer.alloc(0);
let ensemble: Ensemble;

beforeAll(async () => {
  ensemble = await startEnsemble(3);
});
afterEach(() => {
  for (const server of ensemble.servers) server.resume();
});
afterAll(() => ensemble?.stop());

async function ofMode(mode: "leader" | "follower"): Promise<ZooKeeperServer> {
  for (const server of ensemble.servers) {
    if ((await server.fourLetterWord("srvr")).includes(`Mode: ${mode}`)) return server;
  }
  throw new Error(`no ${mode} in the ensemble`);
}

async function serverOf(session: Session): Promise<ZooKeeperServer> {
  const id = session.id.replace(/^0x0*/, "sid=0x");
  for (const server of ensemble.servers) {
    if ((await server.fourLetterWord("cons")).includes(id)) return server;
  }
  throw new Error(`no server of the ensemble has session ${session.id}`);
}

/** Pauses a server and waits until it stands still: on a busy machine its threads run on for a moment. */
async function paused(server: ZooKeeperServer): Promise<void> {
  server.pause();
  const state = () => execFileSync("ps", ["-o", "stat=", "-p", String(server.pid)], { encoding: "utf8" });
  await expect.poll(state, { timeout: 20_000 }).toMatch(/^T/);
}

test("sync asks the leader, which a read does not", async () => {
  const [leader, follower] = [await ofMode("leader"), await ofMode("follower")];
  const session = await aSession(follower.connectString, { callTimeoutMs: 1_500 });
  await session.sync("/");
  await paused(leader);
  expect(await session.exists("/")).toBeDefined();
  await expect(session.sync("/")).rejects.toMatchObject({ code: expect.stringMatching(/Timeout|ConnectionLoss/) });
});

test("a follower that is cut off from its leader answers reads, and yet does not extend the lease", async () => {
  const [leader, follower] = [await ofMode("leader"), await ofMode("follower")];
  const timeoutMs = 4_500; // less than the 5 s for which a follower goes on without its leader
  const session = await aSession(follower.connectString, { timeoutMs });
  const suspended = reaches(session, "suspended");
  await paused(leader);
  const pausedAt = performance.now();
  expect(await session.exists("/")).toBeDefined();
  await suspended;
  expect(session.leaseEnd).toBeLessThan(pausedAt + (timeoutMs * 2) / 3);
});

test("after sync, a session sees what another one wrote on another server", async () => {
  const [one, two] = [await aSession(ensemble.servers[0]?.connectString ?? ""), await aSession(ensemble.servers[1]?.connectString ?? "")];
  for (let i = 0; i < 50; i += 1) {
    const path = await one.create("/seen-", nothing, "ephemeral-sequential");
    await two.sync("/");
    expect(await two.exists(path)).toBeDefined();
  }
});

test("a session moves to another server when its own is gone, and keeps its nodes", async () => {
  const session = await aSession(ensemble.connectString);
  const { id } = session;
  const path = await session.create("/moved-", nothing, "ephemeral-sequential");
  const server = await serverOf(session);
  const again = new Promise<void>((resolve) => session.onState((state) => state === "connected" && resolve()));
  await server.kill();
  await again;
  expect([session.id, (await session.exists(path))?.ephemeralOwner]).toEqual([id, id]);
  await server.restart();
});
