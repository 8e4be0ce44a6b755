// Stopping a run's Job on a real cluster: its Pods end, whoever deletes it and however.
import type { V1Job } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { path } from "../../src/kube/json.ts";
import { eventually } from "../support/kube-namespace.ts";
import { type RunJobs, runJobs } from "../support/run-jobs.ts";

let run: RunJobs;

beforeAll(async () => {
  run = await runJobs();
});

afterAll(() => run?.remove());

async function running() {
  const job = await run.letGo(run.manifest("trap : TERM; sleep 600"));
  await run.podWhen(job, (pod) => pod.phase === "running" && pod.started);
  return job;
}

async function deleteInBackground(name: string): Promise<void> {
  const where = path("apis", "batch", "v1", "namespaces", run.namespace, "jobs", name);
  await run.rest.call("delete the Job", { method: "DELETE", path: where, body: { propagationPolicy: "Background" } });
}

const script = "exit 0";

describe("stopping", () => {
  test("a Job that runs ends its Pods and leaves the Job to our finalizer", async () => {
    const job = await running();
    await run.fresh(job.name, (now) => run.jobs.stop(now));
    expect((await run.look(job.name)).deleting).not.toBe("no");
    await run.noPods(job);
    const left = await run.look(job.name);
    expect(left).toMatchObject({ finalizer: true });
    await run.fresh(job.name, (now) => run.jobs.dropFinalizer(now));
    await eventually(async () => expect(await run.jobs.get(run.namespace, job.name)).toBeUndefined());
  });

  test("a Job that is being deleted without its Pods ends those too", async () => {
    const job = await running();
    await deleteInBackground(job.name);
    expect((await run.look(job.name)).deleting).toBe("background");
    expect(await run.podsOf(job)).toMatchObject([{ phase: "running", deleting: false }]);
    await run.fresh(job.name, (now) => run.jobs.stop(now));
    await run.noPods(job);
  });

  test("a suspended Job without Pods leaves it to our finalizer, and nobody can start it any more", async () => {
    const job = await run.made(run.manifest(script));
    await run.jobs.stop({ ...job, resourceVersion: undefined });
    const left = await run.jobWhen(job.name, (now) => now.deleting !== "no");
    expect(left).toMatchObject({ phase: "suspended", finalizer: true });
    await run.fresh(job.name, (now) => run.jobs.start(now, { token: "7", activeDeadlineSeconds: 600 }));
    // The Job controller has seen the start when it has dealt with a Job that was made later.
    const later = await run.started(run.manifest(script));
    await run.podWhen(later, (pod) => pod.gated);
    expect(await run.podsOf(job)).toEqual([]);
  });

  test("the Pods' end is followed by the word background: foreground deletion is over, and only our finalizer is left", async () => {
    const job = await running();
    await run.fresh(job.name, (now) => run.jobs.stop(now));
    expect(await run.jobWhen(job.name, (now) => now.deleting === "background")).toMatchObject({ finalizer: true });
    expect(await run.podsOf(job)).toEqual([]);
  });

  test("takes our finalizer and no other", async () => {
    const template = run.manifest(script);
    const job = await run.made({
      ...template,
      metadata: { ...template.metadata, finalizers: ["example.com/mine", "exclusivewindow.dev/locks"] },
    });
    await run.fresh(job.name, (now) => run.jobs.dropFinalizer(now));
    const where = path("apis", "batch", "v1", "namespaces", run.namespace, "jobs", job.name);
    const { body } = await run.rest.call<V1Job>("read the Job", { method: "GET", path: where });
    expect(body.metadata?.finalizers).toEqual(["example.com/mine"]);
    await run.fresh(job.name, (now) => run.jobs.dropFinalizer(now));
  });
});
