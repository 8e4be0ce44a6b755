// A nightly job over yesterday's data: its window locks each hour of that day, and nobody is asked to pause.
import { expect, test } from "vitest";
import { acquireReadLocks, connect, releaseReadLocks } from "../../src/locks/index.ts";
import { hoursOf } from "../../src/schedule/lock-hours.ts";
import { scripts } from "./support/job-scripts.ts";
import { useStage } from "./support/stage.ts";

const stage = useStage();
const yesterday = { from: -24, to: 0 };

test("a window with hours and no signal waits for whoever reads one of them, keeps later readers out, and lets them in again", async () => {
  const { windows, locks, session, zookeeper, logs, tell } = stage();
  const above = windows.lockPath("day");
  const path = `${above}/{date}/{hour}/app`;
  await windows.make("day", scripts.untilTold(), { locks: [{ path, signalPath: "", hours: yesterday }] });
  const requested = Date.now();
  const hours = hoursOf("UTC", { at: requested, leftOut: undefined }, yesterday).map((at) => new Date(at).toISOString());
  const paths = hours.map((hour) => `${above}/${hour.slice(0, 10).replaceAll("-", "")}/${hour.slice(11, 13)}/app`);
  const middle = paths[12] ?? expect.fail("a day has 24 hours");
  const reader = await locks.readLock(middle, "a reader");

  await windows.runNow("day", new Date(requested).toISOString());
  const queued = await windows.run("day", "has queued", ({ steps }) => steps.queuedTime !== undefined);
  // A request may be taken up in the next hour.
  const taken = queued.locks.map((lock) => lock.path);
  expect(taken.length).toBe(24);
  expect(taken.slice(0, 23).every((one, i) => one === paths[i] || one === paths[i + 1])).toBe(true);
  expect(queued.locks.every(({ signalPath }) => signalPath === "")).toBe(true);
  const blocked = await windows.run("day", "waits for the reader", ({ blockedCount }) => blockedCount === 1);
  expect(blocked.steps.exclusiveTime).toBeUndefined();
  await reader.release();

  const { jobName } = await windows.run("day", "has let its Job go", ({ steps }) => steps.unsuspendTime !== undefined);
  const [log] = await logs.begun(jobName);
  const client = await connect({ zookeeper: zookeeper.connectString });
  const late = await acquireReadLocks(client, [middle], { timeoutMs: 1000, dialect: "Curator" });
  expect(late.kind).toBe("timeout");
  const waiting = acquireReadLocks(client, taken, { timeoutMs: 120_000, dialect: "Curator" });
  await tell(log?.pod ?? "", "succeed");

  const read = await waiting;
  expect(read.kind).toBe("held");
  if (read.kind === "held") await releaseReadLocks(read.locks);
  await client.close();
  const run = await windows.ended("day");
  expect(run.result).toBe("Succeeded");
  const seen = await session();
  for (const one of taken) expect(await seen.children(one)).toEqual([]);
  expect((await seen.children(above))?.every((date) => /^\d{8}$/.test(date))).toBe(true);
});
