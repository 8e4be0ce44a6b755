import { expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper, refused } from "../../test/support/memory-zookeeper.ts";
import { offlineHands, offlineKube } from "../../test/support/offline-hands.ts";
import { windowObject } from "../../test/support/window-object.ts";
import { parseWindow } from "../crds/parse.ts";
import { readersPath } from "../protocol/paths.ts";
import { createJudge } from "./acceptance.ts";
import { locksOf } from "./locks-of.ts";

async function accepted(makesLockPaths: boolean, session = new MemorySession(new MemoryZooKeeper())) {
  const parsed = parseWindow(windowObject());
  if (parsed.kind === "invalid") throw new Error("the window is meant to be right");
  const clock = manualClock();
  const kube = offlineKube(clock);
  const jobs = { ...kube.jobs, dryRun: async () => ({ warnings: [] }) };
  const { accept } = createJudge(offlineHands(clock, session, { makesLockPaths, kube: { ...kube, jobs } }));
  const next = locksOf(parsed.window, { at: clock.now(), leftOut: undefined });
  const acceptance = await accept(parsed.window, next);
  const paths = next.flatMap(({ path }) => [path, readersPath(path)]);
  const made = await Promise.all(paths.map(async (path) => (await session.exists(path)) !== undefined));
  return { acceptance, made };
}

test("where the controller logs in, a window's lock paths are made when it is accepted, for processors may not", async () => {
  expect(await accepted(true)).toEqual({ acceptance: { kind: "accepted", warnings: [] }, made: [true, true] });
});

test("where it does not, nothing is made before the first run", async () => {
  expect(await accepted(false)).toEqual({ acceptance: { kind: "accepted", warnings: [] }, made: [false, false] });
});

test("a window whose lock paths the controller may not make says so", async () => {
  const session = new MemorySession(new MemoryZooKeeper());
  session.createParents = async (path) => {
    throw refused("NoAuth", path);
  };
  const { acceptance } = await accepted(true, session);
  expect(acceptance).toMatchObject({ kind: "hindered", problems: [{ reason: "ZooKeeperAccessDenied" }] });
});
