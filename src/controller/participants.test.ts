import { describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { aRun } from "../../test/support/observed.ts";
import { offlineHands, offlineKube } from "../../test/support/offline-hands.ts";
import { windowObject } from "../../test/support/window-object.ts";
import { parseWindow, type Window } from "../crds/parse.ts";
import type { Participant, WorkloadPod, WorkloadView } from "../kube/workloads.ts";
import { readNodePrefix, writeNodePrefix } from "../protocol/lock-nodes.ts";
import { workloadKey } from "./hands.ts";
import { createParticipants } from "./participants.ts";

const path = "/exclusive-windows/orders/nightly/lock";
const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

function aWindow(status: unknown = {}): Window {
  const parsed = parseWindow(windowObject({}, status));
  if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems));
  return parsed.window;
}

const view = (name: string, kind: WorkloadView["kind"] = "Deployment", windows = ["nightly"]): WorkloadView => ({
  kind,
  namespace: "orders",
  name,
  uid: name,
  generation: 1,
  windows,
  malformed: undefined,
});

const pod = (n: number, facts: Partial<WorkloadPod> = {}): WorkloadPod => ({
  name: `pod-${n}`,
  uid: `uid-${n}`,
  podIp: `10.0.0.${n}`,
  hostNetwork: false,
  createdTime: undefined,
  running: true,
  deleting: false,
  ...facts,
});

/** One Deployment with these Pods, and others that do not take part. */
async function aCrowd(...pods: readonly WorkloadPod[]) {
  const clock = manualClock();
  const session = new MemorySession(new MemoryZooKeeper());
  await session.createParents(path);
  const offline = offlineKube(clock);
  const world = { pods, counts: 0, lists: 0, asked: [] as readonly string[], broken: false };
  const participants = async (_namespace: string, workloads: readonly WorkloadView[]): Promise<readonly Participant[]> => {
    if (world.broken) throw new Error("the API server is away");
    world.counts++;
    world.asked = workloads.map(({ name }) => name);
    return workloads.map(({ kind, name }) => ({ kind, name, pods: name === "processors" ? world.pods : [] }));
  };
  const views = [view("processors"), view("stranger", "Deployment", ["weekly"]), { ...view("elsewhere"), namespace: "billing" }];
  const workloads = new Map(views.map((one) => [workloadKey(one), one]));
  const list = async () => {
    world.lists++;
    return [...views, view("newcomer", "StatefulSet")];
  };
  const kube = { ...offline, workloads: { ...offline.workloads, participants, list } };
  const seen = { windows: new Map(), jobs: new Map(), workloads };
  const counting = createParticipants(offlineHands(clock, session, { kube, seen }));
  const hold = (n: number) => session.create(`${path}/${readNodePrefix(uuid(n))}`, Buffer.from(`10.0.0.${n}`), "ephemeral-sequential");
  return { clock, session, seen, world, counting, hold, count: (window = aWindow()) => counting.inTime(window, true) };
}

describe("the count of those who take part", () => {
  test("tells the running Pods of the window's own workloads by whether they hold a read lock", async () => {
    const pods = [pod(2), pod(1), pod(3, { running: false }), pod(4, { deleting: true }), pod(5, { deleting: true })];
    const { hold, count, world } = await aCrowd(...pods);
    for (const n of [1, 5]) await hold(n);
    expect((await count()).facts).toMatchObject({
      kind: "counted",
      paused: false,
      workloads: [{ kind: "Deployment", name: "processors", holding: ["pod-1", "pod-5"], notHolding: ["pod-2"], missing: [] }],
      unmatched: { count: 0, owners: [] },
    });
    expect(world.asked).toEqual(["processors"]);
  });

  test("is ordered by kind and name, whoever was seen first", async () => {
    const { seen, count, world } = await aCrowd();
    for (const one of [view("z", "StatefulSet"), view("b"), view("processors", "DaemonSet")]) seen.workloads.set(workloadKey(one), one);
    await count();
    expect(world.asked).toEqual(["processors", "b", "processors", "z"]);
  });

  test("names the owners of locks that belong to no Pod, and nodes that are no locks", async () => {
    const { session, hold, count } = await aCrowd(pod(1));
    for (const n of [1, 8, 9]) await hold(n);
    await session.create(`${path}/0-note`, Buffer.alloc(0), "persistent");
    expect((await count()).facts).toMatchObject({
      unmatched: { count: 2, owners: ["10.0.0.8", "10.0.0.9"] },
      foreign: [`${path}/0-note: no lock node`],
    });
  });

  test("calls a lock missing that was so for a minute of counts, and begins anew when the Pod took it in between", async () => {
    const { clock, session, hold, count } = await aCrowd(pod(1));
    const missing = async () => {
      const { facts } = await count();
      return facts.kind === "counted" ? facts.workloads[0]?.missing : facts;
    };
    expect(await missing()).toEqual([]);
    await clock.advance(59_000);
    expect(await missing()).toEqual([]);
    await clock.advance(1000);
    expect(await missing()).toEqual(["pod-1"]);
    const node = await hold(1);
    expect(await missing()).toEqual([]);
    await session.remove(node, 0);
    expect(await missing()).toEqual([]);
    await clock.advance(59_000);
    expect(await missing()).toEqual([]);
  });

  test.each(["a run of the window", "another writer"])("is paused by %s, and gives the Pods a minute after it", async (by) => {
    const { clock, session, count } = await aCrowd(pod(1));
    await count();
    await clock.advance(60_000);
    const isRun = by === "a run of the window";
    const node = isRun ? "" : await session.create(`${path}/${writeNodePrefix("run-9")}`, Buffer.alloc(0), "ephemeral-sequential");
    const window = isRun ? aWindow({ run: aRun }) : aWindow();
    expect((await count(window)).facts).toMatchObject({ paused: true, workloads: [{ notHolding: ["pod-1"], missing: [] }] });
    if (!isRun) await session.remove(node, 0);
    await clock.advance(60_000);
    expect((await count()).facts).toMatchObject({ paused: false, workloads: [{ missing: [] }] });
    await clock.advance(60_000);
    expect((await count()).facts).toMatchObject({ workloads: [{ missing: ["pod-1"] }] });
  });

  test("is unknown while one of the two cannot be read, and blames nobody for that time", async () => {
    const { clock, session, world, count } = await aCrowd(pod(1));
    await count();
    await clock.advance(60_000);
    world.broken = true;
    expect((await count()).facts).toEqual({ kind: "unknown", of: "Kubernetes", why: "the API server is away", enrolled: true });
    world.broken = false;
    session.suspend();
    expect((await count()).facts).toMatchObject({ kind: "unknown", of: "ZooKeeper", enrolled: true });
    session.resume();
    expect((await count()).facts).toMatchObject({ workloads: [{ notHolding: ["pod-1"], missing: [] }] });
  });
});

describe("how often it is counted", () => {
  test("every five seconds while a Pod lacks its lock, ten times more rarely when all hold one", async () => {
    const { clock, world, hold, counting } = await aCrowd(pod(1));
    const turn = async () => (await counting.inTime(aWindow(), false)).againAt;
    expect(await turn()).toBe(clock.now() + 5000);
    await clock.advance(4000);
    expect(await turn()).toBe(clock.now() + 1000);
    expect(world.counts).toBe(1);
    await hold(1);
    await clock.advance(1000);
    expect(await turn()).toBe(clock.now() + 50_000);
    expect(world.counts).toBe(2);
  });

  test("anew for a decision, workloads that no watch has told of included, unless that was within the last second", async () => {
    const { clock, world, counting } = await aCrowd(pod(1));
    await counting.inTime(aWindow(), false);
    const first = await counting.now(aWindow());
    expect(world.asked).toEqual(["processors", "newcomer"]);
    expect(await counting.now(aWindow())).toBe(first);
    await clock.advance(1000);
    await counting.now(aWindow());
    expect([world.lists, world.counts]).toEqual([2, 3]);
  });

  test("every ten minutes for a window that no workload names, and at once when that changes", async () => {
    const { clock, seen, world, counting } = await aCrowd(pod(1));
    seen.workloads.clear();
    expect((await counting.inTime(aWindow(), false)).againAt).toBe(clock.now() + 600_000);
    await clock.advance(5000);
    seen.workloads.set("x", view("processors"));
    expect((await counting.inTime(aWindow(), false)).facts).toMatchObject({ workloads: [{ name: "processors" }] });
    expect(world.counts).toBe(2);
  });

  test("at once for a window that was made anew under the same name", async () => {
    const { world, counting } = await aCrowd(pod(1));
    await counting.inTime(aWindow(), false);
    counting.forget("orders/nightly");
    await counting.inTime(aWindow(), false);
    expect(world.counts).toBe(2);
  });
});
