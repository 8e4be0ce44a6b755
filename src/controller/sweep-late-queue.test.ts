// A transaction that queues, decided on an old look and carried out after its run was closed: nobody looks after that place in the
// queue but the sweep, and processors wait for it.
import { describe, expect, test } from "vitest";
import { aRun, lockOf, queued } from "../../test/support/lock-world.ts";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { aRun as aRecord } from "../../test/support/observed.ts";
import { offlineHands, offlineKube } from "../../test/support/offline-hands.ts";
import { windowObject } from "../../test/support/window-object.ts";
import { parseWindow } from "../crds/parse.ts";
import { lookAtRun } from "../zookeeper/run-look.ts";
import { sweep } from "./sweep.ts";

const parsed = parseWindow(windowObject());
if (parsed.kind !== "window") throw new Error("the window is not valid");
const { namespace, name, uid } = parsed.window;
const run = { ...aRun("late"), window: { namespace, name, uid } };

/** What is left of the queued run after a sweep beside a window with that status. */
async function left(status: unknown): Promise<readonly string[]> {
  const zookeeper = new MemoryZooKeeper();
  const [other, session] = [new MemorySession(zookeeper), new MemorySession(zookeeper)];
  await queued(other, run);
  const clock = manualClock();
  const offline = offlineKube(clock);
  const kube = {
    ...offline,
    windows: { ...offline.windows, list: async () => [windowObject({}, status)], get: async () => windowObject({}, status) },
    jobs: { ...offline.jobs, listByInstallation: async () => [], listByWindow: async () => [] },
    pods: { ...offline.pods, listBySelector: async () => [] },
  };
  await sweep(offlineHands(clock, session, { kube }));
  const look = await lookAtRun(session, run);
  return [look.held.kind, lockOf(look).node.kind, lockOf(look).signal.kind];
}

describe("a place in the queue", () => {
  test.each([
    { name: "is given up where its window has no run", status: {}, stands: ["absent", "absent", "none"] },
    {
      name: "is given up where its window has another run",
      status: { run: { ...aRecord, id: "now" } },
      stands: ["absent", "absent", "none"],
    },
    { name: "is left alone where its run is active", status: { run: { ...aRecord, id: "late" } }, stands: ["queued", "queued", "ours"] },
    { name: "is left alone where nobody can read which run is active", status: { run: { id: 5 } }, stands: ["queued", "queued", "ours"] },
  ])("$name", async ({ status, stands }) => {
    expect(await left(status)).toEqual(stands);
  });
});
