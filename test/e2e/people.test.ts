// People who interfere with a run: they delete its window or its Job, or start the Job themselves. Nobody works beside it.
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/crds/status.ts";
import type { Crowd } from "./support/crowd.ts";
import { scripts } from "./support/job-scripts.ts";
import { useStage } from "./support/stage.ts";
import { until } from "./support/until.ts";

const stage = useStage();

/** A run whose Job works until it is asked to end, and some time longer. */
async function running(name: string): Promise<{ readonly processors: Crowd; readonly run: RunRecord }> {
  const { crowd, windows, logs } = stage();
  const processors = await crowd(name);
  await windows.make(name, scripts.untilTold());
  await windows.runNow(name);
  const run = await windows.run(name, "has started its Job", ({ steps }) => steps.jobStartTime !== undefined);
  await logs.begun(run.jobName);
  return { processors, run };
}

/** A run that waits for a reader which only the story can make release. */
async function draining(name: string) {
  const { crowd, windows, locks } = stage();
  const processors = await crowd(name);
  const reader = await locks.readLock(processors.lockPath, "slow-reader");
  await windows.make(name, scripts.works(300));
  await windows.runNow(name);
  const run = await windows.run(name, "waits for the reader", ({ blockedBy = [] }) => blockedBy.join() === "read lock of slow-reader");
  return { processors, reader, run };
}

/** The Pods of the run that had not ended when its write node went. */
function livePodsAtRelease(run: RunRecord, lockPath: string): Promise<readonly string[]> {
  const { locks, kube, namespace } = stage();
  const look = async () => {
    await locks.writeNodeGone(run, lockPath);
    const pods = await kube.pods.listBySelector(namespace, `batch.kubernetes.io/job-name=${run.jobName}`);
    return pods.filter(({ phase }) => phase !== "ended").map((pod) => pod.name);
  };
  const live = look();
  live.catch(() => undefined); // A story that failed before it asks for the answer has said enough.
  return live;
}

describe.concurrent("a window that is deleted while its Job runs", () => {
  test.for(["background", "foreground"])("with --cascade=%s keeps the lock until the Job's Pods are gone", async (cascade) => {
    const { windows, verdict, kubectl, kube, namespace } = stage();
    const name = `deleted-${cascade}`;
    const { processors, run } = await running(name);
    const live = livePodsAtRelease(run, processors.lockPath);
    await kubectl("delete", "ew", name, `--cascade=${cascade}`, "--timeout", "180s");
    expect(await windows.isGone(name)).toBe(true);
    expect(await live).toEqual([]);
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
    await until("the Job is gone", async () => (await kube.jobs.get(namespace, run.jobName)) === undefined);
  });
});

describe.concurrent("a Job that a user deletes", () => {
  test("while processors drain is never started: the run is cancelled", async () => {
    const { windows, verdict, kubectl, kube, namespace, timeForAPod } = stage();
    const { processors, reader, run } = await draining("cancelled");
    await kubectl("delete", "job", run.jobName, "--wait=false");
    expect(await windows.ended("cancelled")).toMatchObject({ id: run.id, result: "Cancelled" });
    await reader.release();
    await timeForAPod();
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 0, eventsMeanwhile: 0, left: [] });
    expect(await kube.jobs.get(namespace, run.jobName)).toBeUndefined();
    expect((await windows.read("cancelled")).status).not.toHaveProperty("run");
  });

  test.for(["background", "foreground"])("with --cascade=%s while it runs keeps the lock until its Pods are gone", async (cascade) => {
    const { windows, verdict, kubectl } = stage();
    const name = `job-${cascade}`;
    const { processors, run } = await running(name);
    const live = livePodsAtRelease(run, processors.lockPath);
    await kubectl("delete", "job", run.jobName, `--cascade=${cascade}`, "--wait=false");
    expect(await windows.ended(name)).toMatchObject({ id: run.id, result: "JobDeleted", message: "the Job was deleted while it ran" });
    expect(await live).toEqual([]);
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
  });

  test("and whose Pods it orphans keeps the lock until they have ended", async () => {
    const { windows, verdict, kubectl, logs, tell, timeForAPod } = stage();
    const { processors, run } = await running("job-orphan");
    const live = livePodsAtRelease(run, processors.lockPath);
    await kubectl("delete", "job", run.jobName, "--cascade=orphan", "--wait=false");
    await timeForAPod();
    // Where the controller's own DELETE came before the orphaning, the Pod is gone already.
    await tell(logs.soFar(run.jobName)[0]?.pod ?? "", "succeed").catch(() => undefined);
    expect(await windows.ended("job-orphan")).toMatchObject({ id: run.id, result: "JobDeleted" });
    expect(await live).toEqual([]);
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
  });
});

describe.concurrent("a Job that a stranger unsuspends while processors drain", () => {
  test("has no running Pod before the lock is held, and the run goes on", async () => {
    const { windows, verdict, kubectl, logs, kube, namespace, timeForAPod } = stage();
    const { processors, reader, run } = await draining("hasty");
    await kubectl("patch", "job", run.jobName, "--type", "merge", "--patch", '{"spec":{"suspend":false}}');
    const pods = () => kube.pods.listBySelector(namespace, `batch.kubernetes.io/job-name=${run.jobName}`);
    const isGated = async () => (await pods()).some(({ gated, message }) => gated && message.startsWith("SchedulingGated"));
    await until("a Pod of the Job is gated", isGated);
    await timeForAPod();
    expect((await pods()).map(({ phase }) => phase)).toEqual(["gated"]);
    const released = process.hrtime.bigint();
    await reader.release();
    expect(await windows.ended("hasty")).toMatchObject({ id: run.id, result: "Succeeded" });
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
    const [worked] = await logs.intervals(run.jobName);
    expect(worked?.start).toBeGreaterThan(released);
  });
});
