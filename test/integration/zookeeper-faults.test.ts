// The adapter against a real server: the faults of a network, and what else only a real server shows when it refuses.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import { type Breakable, faultContract } from "../support/fault-contract.ts";
import { aSession, reaches } from "../support/sessions.ts";

const largest = 100_000;
let server: ZooKeeperServer;

async function lastZxid(): Promise<bigint> {
  return BigInt(/^Zxid: (0x[0-9a-f]+)$/m.exec(await server.fourLetterWord("srvr"))?.[1] ?? "0");
}

beforeAll(async () => {
  server = await startZooKeeper({ systemProperties: { "jute.maxbuffer": String(largest), "zookeeper.enforceQuota": "true" } });
});
afterAll(() => server?.stop());

faultContract((): Breakable => {
  const { address, port, dir } = server;
  return {
    address,
    port,
    async forget() {
      const before = await lastZxid();
      await server.kill();
      rmSync(join(dir, "data", "version-2"), { recursive: true });
      await server.restart();
      // a server refuses to answer clients that have seen more than it has: they wait for one that has caught up
      const session = await aSession(server.connectString);
      while ((await lastZxid()) <= before) await session.create("/later-", Buffer.alloc(0), "ephemeral-sequential");
    },
  };
});

describe("a real server", () => {
  test("that takes less than a request has costs the connection, not the session", async () => {
    const session = await aSession(server.connectString);
    const { id } = session;
    await expect(session.create("/big", Buffer.alloc(2 * largest), "persistent")).rejects.toMatchObject({ code: "ConnectionLoss" });
    await reaches(session, "connected");
    expect([session.id, await session.exists("/big")]).toEqual([id, undefined]);
  });

  test("that answers with a number the library does not know gives an error with that number", async () => {
    const session = await aSession(server.connectString);
    await session.createParents("/full");
    await session.createParents("/zookeeper/quota/full");
    const limits = Buffer.from("count=1,bytes=-1=;byteHardLimit=-1;countHardLimit=1");
    await session.create("/zookeeper/quota/full/zookeeper_limits", limits, "persistent");
    await session.create("/zookeeper/quota/full/zookeeper_stats", Buffer.from("count=1,bytes=0"), "persistent");
    const beyond = session.create("/full/one", Buffer.alloc(0), "persistent");
    await expect(beyond).rejects.toMatchObject({ code: "Server", message: expect.stringContaining("quota exceeded (-125)") });
    expect(session.state).toBe("connected");
  });

  test("that does not know how we log in refuses the session, and says so", async () => {
    const server = await startZooKeeper({ systemProperties: { "zookeeper.DigestAuthenticationProvider.enabled": "false" } });
    try {
      const auth = { scheme: "digest", credentials: "controller:hunter2" } as const;
      const opening = aSession(server.connectString, { auth });
      await expect(opening).rejects.toMatchObject({ code: "AuthFailed", message: expect.stringContaining("refused the credentials") });
    } finally {
      await server.stop();
    }
  });
});
