import { describe, expect, test } from "vitest";
import { aRun as anIdentity, curatorNode, lockP, queued } from "../../test/support/lock-world.ts";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { aRun } from "../../test/support/observed.ts";
import { offlineHands, offlineKube } from "../../test/support/offline-hands.ts";
import { windowObject } from "../../test/support/window-object.ts";
import { parseWindow } from "../crds/parse.ts";
import type { WorkloadPod, WorkloadView } from "../kube/workloads.ts";
import { lookAtRun } from "../zookeeper/run-look.ts";
import { evict } from "./evict.ts";
import { readLateReaders } from "./late-readers.ts";

const drainStartTime = "2026-11-23T02:00:00Z";
const parsed = parseWindow(windowObject({}, { run: { ...aRun, steps: { drainStartTime } } }));
if (parsed.kind !== "window") throw new Error("the window is not valid");
const { window } = parsed;

const pod = (name: string, podIp: string, facts: Partial<WorkloadPod> = {}): WorkloadPod => ({
  ...{ name, uid: `uid-${name}`, podIp, running: true, deleting: false, hostNetwork: false },
  createdTime: "2026-11-23T01:00:00Z",
  ...facts,
});
const workload = (name: string, windows: readonly string[]): WorkloadView => ({
  ...{ kind: "Deployment", namespace: window.namespace, name, uid: name, generation: 1, malformed: undefined },
  windows,
});

/** Who holds, where nodes of those owners stand before a run and the workloads have those Pods. */
async function readersOf(
  owners: readonly string[],
  pods: Readonly<Record<string, readonly WorkloadPod[]>>,
  behind: readonly string[] = [],
) {
  const session = new MemorySession(new MemoryZooKeeper());
  const identity = anIdentity("a");
  for (const owner of owners) await curatorNode(session, "READ", lockP.path, owner);
  await queued(session, identity);
  for (const owner of behind) await curatorNode(session, "READ", lockP.path, owner);
  const clock = manualClock();
  const offline = offlineKube(clock);
  const workloads = {
    ...offline.workloads,
    list: async () => [workload("ours", [window.name]), workload("other", ["another-window"])],
    participants: async (_namespace: string, asked: readonly WorkloadView[]) =>
      asked.map(({ kind, name }) => ({ kind, name, pods: pods[name] ?? [] })),
  };
  const hands = offlineHands(clock, session, { kube: { ...offline, workloads } });
  return readLateReaders(window, { session, look: await lookAtRun(session, identity) }, hands);
}

describe("who holds what a late drain waits for", () => {
  test("is a Pod of a workload that names the window, ending ones too; all others are only named", async () => {
    const readers = await readersOf(["10.0.0.1", "10.0.0.2", "10.0.0.3"], {
      ours: [pod("a", "10.0.0.1"), pod("b", "10.0.0.2", { deleting: true }), pod("c", "10.0.0.9")],
      other: [pod("d", "10.0.0.3")],
    });
    expect(readers).toEqual({
      kind: "readers",
      revocable: [],
      pods: [
        { name: "a", uid: "uid-a", deleting: false },
        { name: "b", uid: "uid-b", deleting: true },
      ],
      others: ["read lock of 10.0.0.3"],
    });
  });

  test("is no Pod whose address others share, nor one that was created after the drain had begun", async () => {
    const readers = await readersOf(["10.0.0.1", "10.0.0.2"], {
      ours: [pod("a", "10.0.0.1", { hostNetwork: true }), pod("b", "10.0.0.2", { createdTime: "2026-11-23T02:00:01Z" })],
    });
    expect(readers).toMatchObject({ pods: [], others: ["read lock of 10.0.0.1", "read lock of 10.0.0.2"] });
  });

  test("does not stand behind the run", async () => {
    const readers = await readersOf(["10.0.0.1"], { ours: [pod("a", "10.0.0.1"), pod("b", "10.0.0.2")] }, ["10.0.0.2"]);
    expect(readers).toMatchObject({ pods: [{ name: "a" }], others: [] });
  });

  test("may be somebody who can be asked", async () => {
    const readers = await readersOf([""], {});
    expect(readers).toMatchObject({ revocable: [{ path: lockP.path, version: 0 }], others: [expect.stringMatching(/^read _c_/)] });
  });

  test("is unknown where either side cannot be read", async () => {
    const session = new MemorySession(new MemoryZooKeeper());
    const look = await lookAtRun(session, anIdentity("a"));
    const hands = offlineHands(manualClock(), session);
    expect(await readLateReaders(window, undefined, hands)).toMatchObject({ kind: "unknown" });
    expect(await readLateReaders(window, { session, look }, hands)).toMatchObject({
      kind: "unknown",
      why: expect.stringContaining("list"),
    });
  });
});

test.each([
  { asked: 12_000, retryAfterMs: 12_000 },
  { asked: undefined, retryAfterMs: 5000 },
  { asked: 0, retryAfterMs: 5000 },
])(
  "a refused eviction that is to be tried again after $asked ms is tried again after $retryAfterMs ms",
  async ({ asked, retryAfterMs }) => {
    const clock = manualClock();
    const evictions = { evict: async () => ({ kind: "refused", message: "not now", retryAfterMs: asked }) as const };
    const kube = { ...offlineKube(clock), evictions };
    expect(await evict({ name: "a", uid: "uid-a", deleting: false }, { window }, { kube })).toEqual({
      kind: "not now",
      message: "not now",
      retryAfterMs,
    });
  },
);
