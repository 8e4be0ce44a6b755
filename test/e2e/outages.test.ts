// The controller dies, ZooKeeper goes away: nobody works beside a Job, and whoever comes back finishes what was begun.
// One story after the other: each takes the controller of the others away.
import { describe, expect, test } from "vitest";
import { abandonAnnotation } from "../../src/crds/meta.ts";
import type { ControllerProcess } from "./support/controller-process.ts";
import { scripts } from "./support/job-scripts.ts";
import { useStage } from "./support/stage.ts";
import { until } from "./support/until.ts";

const stage = useStage();

/** Kills it and waits until the servers have dropped every session that it had: whatever was ephemeral is gone then. */
async function killForGood(controller: ControllerProcess): Promise<void> {
  await controller.kill();
  const { zookeeper } = stage();
  const sessions = controller.sessions();
  expect(sessions.length).toBeGreaterThan(0);
  await until("ZooKeeper has dropped the controller's session", async () => {
    const dump = await zookeeper.fourLetterWord("dump");
    const alive = [...dump.matchAll(/0x[0-9a-f]+/g)].map(([id]) => BigInt(id));
    return sessions.every((id) => !alive.includes(id));
  });
}

async function running(name: string) {
  const { crowd, windows, logs } = stage();
  const processors = await crowd(name);
  await windows.make(name, scripts.untilTold());
  await windows.runNow(name);
  const run = await windows.run(name, "has started its Job", ({ steps }) => steps.jobStartTime !== undefined);
  const [log] = await logs.begun(run.jobName);
  return { processors, run, pod: log?.pod ?? "" };
}

describe("a controller that is killed", () => {
  test("while the Job runs leaves the lock and the signal standing; the next one finishes the run", async () => {
    const { windows, verdict, locks, logs, tell, controller, leader } = stage();
    const { processors, run, pod } = await running("orphaned");
    const events = processors.handled;
    const standing = await locks.standing(run, processors.lockPath);
    expect(standing).toHaveLength(3);
    await killForGood(await leader());
    expect(await locks.standing(run, processors.lockPath)).toEqual(standing);
    for (const node of standing) expect(node).toMatch(/ persistent$/);
    const seen = logs.soFar(run.jobName)[0]?.interval.end ?? 0n;
    await until("the Job still works", () => (logs.soFar(run.jobName)[0]?.interval.end ?? 0n) > seen);
    expect(processors.handled).toBe(events);
    await controller("successor");
    await leader();
    await tell(pod, "succeed");
    expect(await windows.ended("orphaned")).toMatchObject({ id: run.id, result: "Succeeded", fencingToken: run.fencingToken });
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
  });

  test("while the Job runs is followed by the replica that stood by", async () => {
    const { windows, verdict, locks, logs, tell, controller, leader } = stage();
    const dying = await leader();
    const standby = await controller("standby");
    const { processors, run, pod } = await running("taken-over");
    const events = processors.handled;
    expect(standby.isLeading()).toBe(false);
    const standing = await locks.standing(run, processors.lockPath);
    await killForGood(dying);
    expect(await leader()).toBe(standby);
    expect(await locks.standing(run, processors.lockPath)).toEqual(standing);
    const seen = logs.soFar(run.jobName)[0]?.interval.end ?? 0n;
    await until("the Job still works", () => (logs.soFar(run.jobName)[0]?.interval.end ?? 0n) > seen);
    expect(processors.handled).toBe(events);
    await tell(pod, "succeed");
    expect(await windows.ended("taken-over")).toMatchObject({ id: run.id, result: "Succeeded", fencingToken: run.fencingToken });
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
  });

  test("while processors drain lets them resume by themselves; the next one begins the drain anew", async () => {
    const { crowd, windows, verdict, locks, controller, leader } = stage();
    const processors = await crowd("half-drained");
    const reader = await locks.readLock(processors.lockPath, "slow-reader");
    await windows.make("half-drained", scripts.works(300));
    await windows.runNow("half-drained");
    const run = await windows.run(
      "half-drained",
      "waits for the reader",
      ({ blockedBy = [] }) => blockedBy.join() === "read lock of slow-reader",
    );
    await killForGood(await leader());
    expect(await locks.standing(run, processors.lockPath)).toEqual([]);
    await processors.working();
    await controller("second-successor");
    await windows.run(
      "half-drained",
      "waits for the reader again",
      ({ steps }) => (steps.drainStartTime ?? "") > (run.steps.drainStartTime ?? ""),
    );
    await processors.paused();
    await reader.release();
    expect(await windows.ended("half-drained")).toMatchObject({ id: run.id, result: "Succeeded" });
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
  });
});

describe("a window that is deleted while ZooKeeper is away", () => {
  test("keeps its finalizer until its locks are abandoned by hand; they are released when ZooKeeper is back", async () => {
    const { windows, verdict, kubectl, zookeeper, kube, namespace, timeForAPod } = stage();
    const { processors, run } = await running("abandoned");
    await zookeeper.kill();
    await kubectl("delete", "ew", "abandoned", "--wait=false");
    const why = await windows.condition("abandoned", "Ready", "True", "Unknown");
    expect(why).toMatch(/^the result is recorded; ZooKeeper cannot be read, so the locks are held: /);
    expect((await windows.read("abandoned")).finalizers).toEqual(["exclusivewindow.dev/locks"]);
    await windows.annotate("abandoned", abandonAnnotation, "another-run");
    await timeForAPod();
    expect((await windows.read("abandoned")).finalizers).toEqual(["exclusivewindow.dev/locks"]);
    const pods = await kube.pods.listBySelector(namespace, `batch.kubernetes.io/job-name=${run.jobName}`);
    expect(pods.filter(({ phase }) => phase !== "ended")).toEqual([]);
    await windows.annotate("abandoned", abandonAnnotation, run.id);
    await until("the window is gone", () => windows.isGone("abandoned"));
    const told = await windows.events("abandoned", "LocksAbandoned");
    expect(told.at(-1)).toMatchObject({
      type: "Warning",
      note: expect.stringContaining(`the locks of run ${run.id} were abandoned by hand`),
    });
    const events = processors.handled;
    await zookeeper.restart();
    expect(processors.handled).toBe(events);
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
  });
});
