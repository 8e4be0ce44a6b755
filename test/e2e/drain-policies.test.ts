// Processors that do not release in time: under Evict their Pods are evicted, as budgets allow; under Wait the run waits on.
import { beforeAll, describe, expect, test } from "vitest";
import { createStuckProcessor, deploy, podsOf } from "./support/deployments.ts";
import { scripts } from "./support/job-scripts.ts";
import { useStage } from "./support/stage.ts";

const stage = useStage();

beforeAll(() => createStuckProcessor(stage()));

const namesOf = (pods: readonly { readonly name: string }[]) => pods.map(({ name }) => name).sort();

describe.concurrent("when processors do not release in time", () => {
  test("Evict evicts exactly those Pods of annotated workloads that hold, and the run goes on to its Job", async () => {
    const { crowd, windows, verdict, locks } = stage();
    const processors = await crowd("evicting");
    const { lockPath } = processors;
    const stuck = await deploy(stage(), { name: "stuck", replicas: 2, lockPath, window: "evicting", stuck: true });
    const willing = await deploy(stage(), { name: "willing", replicas: 1, lockPath, window: "evicting", stuck: false });
    const spec = { drainTimeoutSeconds: 15, drainTimeoutPolicy: "Evict", uncleanExitGraceSeconds: 1 };
    await windows.make("evicting", scripts.works(500), spec);
    await windows.runNow("evicting");
    const evicting = await windows.run("evicting", "has evicted both", ({ evicted = [] }) => evicted.length === 2);
    expect(namesOf(stuck)).toEqual([...(evicting.evicted ?? [])].sort());
    const run = await windows.ended("evicting");
    expect(run).toMatchObject({ result: "Succeeded", steps: { evictTime: expect.any(String), jobStartTime: expect.any(String) } });
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
    expect(await podsOf(stage(), "willing")).toEqual(willing);
    expect(await locks.readers(lockPath)).not.toContain(stuck[0]?.podIp);
    const told = (await windows.events("evicting", "PodEvicted")).filter(({ reason }) => reason === "PodEvicted");
    expect(told.map(({ note }) => /Pod (\S+),/.exec(note)?.[1]).sort()).toEqual(namesOf(stuck));
    const reasons = (await windows.events("evicting", "ReadersVanished")).map(({ reason }) => reason);
    expect(reasons).toContain("DrainTimeoutExceeded");
  });

  test("Evict gives up after one more timeout where a budget forbids it, says so, and leaves who is not annotated alone", async () => {
    const { crowd, windows, verdict, apply } = stage();
    const processors = await crowd("guarded");
    const { lockPath } = processors;
    const guarded = await deploy(stage(), { name: "guarded", replicas: 1, lockPath, window: "guarded", stuck: true });
    const stranger = await deploy(stage(), { name: "stranger", replicas: 1, lockPath, stuck: true });
    const budget = { minAvailable: 1, selector: { matchLabels: { app: "guarded" } } };
    await apply({ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "keep-guarded" }, spec: budget });
    await windows.make("guarded", scripts.works(100), { drainTimeoutSeconds: 6, drainTimeoutPolicy: "Evict" });
    await windows.runNow("guarded");
    const run = await windows.ended("guarded");
    expect(run).toMatchObject({ result: "DrainTimedOut", steps: { evictTime: expect.any(String) } });
    expect(run.message).toContain(`not evicted: ${guarded[0]?.name} (Cannot evict pod as it would violate the pod's disruption budget.`);
    expect(run.message).toContain("keep-guarded needs 1 healthy pods");
    expect(run.message).toContain(`left alone, being no Pod of an annotated workload: read lock of ${stranger[0]?.podIp}`);
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 0, eventsMeanwhile: 0, left: [] });
    expect([await podsOf(stage(), "guarded"), await podsOf(stage(), "stranger")]).toEqual([guarded, stranger]);
    const reasons = (await windows.events("guarded", "EvictionRefused")).map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === "EvictionRefused" || reason === "PodEvicted")).toEqual(["EvictionRefused"]);
  });

  test("Wait says so once and waits on, and the run goes on when the reader releases", async () => {
    const { crowd, windows, verdict, locks } = stage();
    const processors = await crowd("waiting");
    const slow = await locks.readLock(processors.lockPath, "slow-reader-3");
    await windows.make("waiting", scripts.works(100), { drainTimeoutSeconds: 2, drainTimeoutPolicy: "Wait" });
    await windows.runNow("waiting");
    expect(await windows.condition("waiting", "Draining", "True", "TimeoutExceeded")).toContain("read lock of slow-reader-3");
    expect(await windows.condition("waiting", "Ready", "True", "Draining")).toContain("drainTimeoutPolicy Wait goes on until");
    await slow.release();
    const run = await windows.ended("waiting");
    expect(run.result).toBe("Succeeded");
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
    const late = (await windows.events("waiting", "DrainTimeoutExceeded")).filter(({ reason }) => reason === "DrainTimeoutExceeded");
    expect(late).toEqual([expect.objectContaining({ type: "Warning" })]);
  });
});
