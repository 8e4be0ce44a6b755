// The reader of ZooKeeper's own log, against a running server: what it says is what a session did.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { openSession } from "../../src/zookeeper/client.ts";
import { readZooKeeperLog } from "../support/zookeeper-log.ts";

let server: ZooKeeperServer;

beforeAll(async () => {
  server = await startZooKeeper();
});
afterAll(() => server?.stop());

const session = () => openSession({ servers: server.connectString, timeoutMs: 6000, clock: systemClock, log: silentLog });
const data = Buffer.from("data");

test("the log of a running server tells every node that came and went, transactions and closed sessions too, and nothing refused", async () => {
  const [stays, goes] = [await session(), await session()];
  await stays.create("/lock", data, "persistent");
  const queued = await goes.create("/lock/write-", data, "ephemeral-sequential");
  const asked = [
    { op: "check", path: queued, version: -1 },
    { op: "remove", path: queued, version: -1 },
    { op: "create", path: queued, data, mode: "persistent" },
    { op: "create", path: "/lock/short", data, mode: "ephemeral" },
  ] as const;
  await goes.transaction(asked);
  await expect(goes.transaction(asked)).rejects.toThrow("NodeExists");
  await goes.create("/lock/session", data, "ephemeral");
  await goes.close();
  await stays.remove(queued, -1);
  const seen = readZooKeeperLog(server.dir).filter(({ path }) => path.startsWith("/lock"));
  const created = (persistent: boolean) => ({ kind: "created", persistent });
  const removed = { kind: "removed" };
  expect(seen.slice(0, 6).map(({ path, change }) => ({ path, change }))).toEqual([
    { path: "/lock", change: created(true) },
    { path: queued, change: created(false) },
    { path: queued, change: removed },
    { path: queued, change: created(true) },
    { path: "/lock/short", change: created(false) },
    { path: "/lock/session", change: created(false) },
  ]);
  expect(
    seen
      .slice(6, 8)
      .map(({ path }) => path)
      .toSorted(),
  ).toEqual(["/lock/session", "/lock/short"]);
  expect(seen.slice(6).map(({ change }) => change)).toEqual([removed, removed, removed]);
  expect(seen[2]?.zxid).toBe(seen[3]?.zxid);
  expect(seen[5]?.zxid).toBeGreaterThan(seen[3]?.zxid ?? 0n);
  for (const { timeMs } of seen) expect(Math.abs(timeMs - Date.now())).toBeLessThan(60_000);
  await stays.close();
});
