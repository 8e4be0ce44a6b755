// A run's Job on a real cluster, kubelet included: nothing of it runs before it is let go.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { path } from "../../src/kube/json.ts";
import { eventually } from "../support/kube-namespace.ts";
import { type RunJobs, runJobs } from "../support/run-jobs.ts";

let run: RunJobs;

beforeAll(async () => {
  run = await runJobs();
});

afterAll(() => run?.remove());

const script = 'echo "token $EXCLUSIVE_WINDOW_FENCING_TOKEN run $EXCLUSIVE_WINDOW_RUN_ID name $EXCLUSIVE_WINDOW_NAME"';

describe("a run's Job", () => {
  test("runs from its creation to its end only where it is let go, and its container reads the token", async () => {
    const job = await run.made(run.manifest(script));
    expect(job).toMatchObject({ phase: "suspended", finalizer: true, windowUid: run.window.uid, token: undefined });
    await run.fresh(job.name, (now) => run.jobs.start(now, { token: "4294967297", activeDeadlineSeconds: 600 }));
    expect(await run.look(job.name)).toMatchObject({ phase: "active", token: "4294967297" });
    const gated = await run.podWhen(job, (pod) => pod.gated);
    expect(gated).toMatchObject({ phase: "gated", started: false, nodeName: undefined, jobUid: job.uid });
    await eventually(async () => run.pods.letGo(await run.podWhen(job, (pod) => pod.gated), "4294967297"));
    const complete = await run.jobWhen(job.name, (now) => now.phase === "complete");
    expect(complete.endTime).toBeDefined();
    expect(await run.podsOf(job)).toMatchObject([{ phase: "ended", started: true, gated: false }]);
    const { text } = await log((await run.podWhen(job, () => true)).name);
    expect(text).toContain(`token 4294967297 run run-${job.name} name nightly`);
  });

  test("starts no container when somebody else unsuspends it", async () => {
    const job = await run.made(run.manifest(script));
    const where = path("apis", "batch", "v1", "namespaces", run.namespace, "jobs", job.name);
    await run.rest.call("unsuspend", {
      method: "PATCH",
      path: where,
      body: { spec: { suspend: false } },
      contentType: "application/merge-patch+json",
    });
    const pod = await run.podWhen(job, (found) => found.message !== "");
    expect(pod).toMatchObject({ phase: "gated", gated: true, message: expect.stringContaining("SchedulingGated") });
  });

  test("keeps the gates of others when it is let go", async () => {
    const job = await run.letGo(run.manifest(script, {}, { schedulingGates: [{ name: "example.com/quota" }] }));
    expect(await run.podWhen(job, (pod) => !pod.gated)).toMatchObject({ phase: "gated" });
  });

  test("that exists already is not created twice", async () => {
    const job = run.manifest(script);
    await run.made(job);
    expect(await run.jobs.create(job)).toEqual({ kind: "exists" });
  });

  test("is found by its window and by its installation", async () => {
    const job = await run.made(run.manifest(script));
    for (const found of [await run.jobs.listByWindow(run.namespace, run.window.uid), await run.jobs.listByInstallation(run.installation)]) {
      expect(found.map(({ uid }) => uid)).toContain(job.uid);
    }
    expect(await run.jobs.listByWindow(run.namespace, "another")).toEqual([]);
    expect(await run.jobs.get(run.namespace, "nobody")).toBeUndefined();
  });

  test("that was let go and fails is failed only once its Pod has ended", async () => {
    const job = await run.letGo(run.manifest("exit 3"));
    const failed = await run.jobWhen(job.name, (now) => now.phase === "failed");
    expect(failed.message).toContain("BackoffLimitExceeded");
    expect(await run.podsOf(job)).toMatchObject([{ phase: "ended" }]);
  });

  test("whose image does not exist says so, and has not started", async () => {
    const job = await run.made(
      run.manifest(script, {}, { containers: [{ name: "main", image: "localhost/nothing:1", imagePullPolicy: "Never" }] }),
    );
    await run.fresh(job.name, (now) => run.jobs.start(now, { token: "7", activeDeadlineSeconds: 600 }));
    await eventually(async () => run.pods.letGo(await run.podWhen(job, (pod) => pod.gated), "7"));
    expect(await run.podWhen(job, (pod) => pod.message.startsWith("ErrImageNeverPull"))).toMatchObject({
      phase: "pending",
      started: false,
    });
  });

  test("that no node can take says so", async () => {
    const job = await run.letGo(run.manifest(script, {}, { nodeSelector: { "example.com/none": "here" } }));
    expect(await run.podWhen(job, (pod) => pod.message.startsWith("Unschedulable"))).toMatchObject({ phase: "pending", gated: false });
  });
});

async function log(pod: string): Promise<{ text: string }> {
  const where = path("api", "v1", "namespaces", run.namespace, "pods", pod, "log");
  const stream = await run.rest.open("read the log", { method: "GET", path: where }, new AbortController().signal);
  return { text: Buffer.concat(await stream.toArray()).toString() };
}

describe("a look that is out of date", () => {
  const conflict = { code: "Conflict" };

  test("starts, stops and lets go of nothing", async () => {
    const old = await run.made(run.manifest(script));
    await run.fresh(old.name, (now) => run.jobs.start(now, { token: "7", activeDeadlineSeconds: 600 }));
    await expect(run.jobs.start(old, { token: "8", activeDeadlineSeconds: 1 })).rejects.toMatchObject(conflict);
    await expect(run.jobs.stop(old)).rejects.toMatchObject(conflict);
    await expect(run.jobs.dropFinalizer(old)).rejects.toMatchObject(conflict);
    expect(await run.look(old.name)).toMatchObject({ token: "7", deleting: "no", finalizer: true });
    const oldPod = await run.podWhen(old, (pod) => pod.gated);
    await eventually(async () => run.pods.letGo(await run.podWhen(old, (pod) => pod.gated), "7"));
    await expect(run.pods.letGo(oldPod, "8")).rejects.toMatchObject(conflict);
  });

  test("touches no Job of the same name with another uid", async () => {
    const job = await run.made(run.manifest(script));
    const other = { ...job, uid: "11111111-2222-3333-4444-555555555555", resourceVersion: undefined };
    await expect(run.jobs.stop(other)).rejects.toMatchObject(conflict);
    expect((await run.look(job.name)).deleting).toBe("no");
  });

  test("on a Job that is gone says so", async () => {
    const job = await run.made(run.manifest(script));
    await run.fresh(job.name, (now) => run.jobs.dropFinalizer(now));
    await run.fresh(job.name, (now) => run.jobs.stop(now));
    await eventually(async () => expect(await run.jobs.get(run.namespace, job.name)).toBeUndefined());
    const acts = [() => run.jobs.stop(job), () => run.jobs.start(job, { token: "7", activeDeadlineSeconds: 9 })];
    for (const act of acts) await expect(act()).rejects.toMatchObject({ code: "NotFound" });
  });
});
