import { describe, expect, test } from "vitest";
import { lockP } from "../../test/support/lock-world.ts";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { windowObject } from "../../test/support/window-object.ts";
import { parseWindow } from "../crds/parse.ts";
import { readNodePrefix } from "../protocol/lock-nodes.ts";
import { readerMarkPath, readersPath } from "../protocol/paths.ts";
import { silentLog } from "../shared/log.ts";
import { createMarkSweep } from "./mark-sweep.ts";

const [dead, alive] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];

async function aCrowd() {
  const clock = manualClock();
  const session = new MemorySession(new MemoryZooKeeper());
  const parsed = parseWindow(windowObject({ spec: { locks: [lockP], uncleanExitGraceSeconds: 30 } }));
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems));
  const seen = { windows: new Map([["orders/nightly", parsed.window]]), jobs: new Map(), workloads: new Map() };
  await session.createParents(readersPath(lockP.path));
  await session.createParents(lockP.path);
  for (const uuid of [dead, alive]) await session.create(readerMarkPath(lockP.path, uuid), Buffer.from("10.0.0.1"), "persistent");
  await session.create(`${lockP.path}/${readNodePrefix(alive)}`, Buffer.from("10.0.0.1"), "ephemeral-sequential");
  const sweepMarks = createMarkSweep({ seen, clock, log: silentLog });
  return { clock, session, round: () => sweepMarks(session), marks: () => session.children(readersPath(lockP.path)) };
}

describe("the sweep of marks", () => {
  test("leaves a mark for as long as its grace lasts, and that of a reader that is there for good", async () => {
    const { clock, round, marks } = await aCrowd();
    await round();
    await clock.advance(29_000);
    await round();
    expect(await marks()).toEqual([dead, alive]);
    await clock.advance(2_000);
    await round();
    expect(await marks()).toEqual([alive]);
  });

  test("counts from anew when the reader was there in between", async () => {
    const { clock, session, round, marks } = await aCrowd();
    await round();
    const back = await session.create(`${lockP.path}/${readNodePrefix(dead)}`, Buffer.alloc(0), "ephemeral-sequential");
    await clock.advance(29_000);
    await round();
    await session.remove(back, -1);
    await clock.advance(2_000);
    await round();
    expect(await marks()).toEqual([dead, alive]);
  });
});
