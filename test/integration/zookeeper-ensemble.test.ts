// The adapter against three servers: what only an ensemble shows.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Ensemble, startEnsemble } from "../../dev/zookeeper/ensemble.ts";
import type { ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { aSession } from "../support/sessions.ts";

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

test("sync asks the leader, which a read does not", async () => {
  const [leader, follower] = [await ofMode("leader"), await ofMode("follower")];
  const session = await aSession(follower.connectString, { callTimeoutMs: 1_500 });
  await session.sync("/");
  leader.pause();
  expect(await session.exists("/")).toBeDefined();
  await expect(session.sync("/")).rejects.toMatchObject({ code: expect.stringMatching(/Timeout|ConnectionLoss/) });
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
