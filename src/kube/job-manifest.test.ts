import type { V1JobTemplateSpec } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { type JobManifestOptions, jobManifest } from "./job-manifest.ts";

const bare: V1JobTemplateSpec = {
  spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "job" }] } } },
};

function made(template: V1JobTemplateSpec, changes: Partial<JobManifestOptions> = {}) {
  return jobManifest({
    template,
    window: { namespace: "orders", name: "nightly", uid: "uid-1" },
    run: { id: "run-1", jobName: "nightly-0200", scheduledTime: "2026-03-01T02:00:00Z", deadlineTime: "2026-03-01T06:00:00Z" },
    installation: "prod",
    ...changes,
  });
}

const podSpec = (template: V1JobTemplateSpec) => made(template).spec?.template.spec;

describe("a run's Job", () => {
  test("is suspended, gated, held by our finalizer and owned by its window", () => {
    const job = made(bare);
    expect(job).toMatchObject({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        namespace: "orders",
        name: "nightly-0200",
        finalizers: ["exclusivewindow.dev/locks"],
        ownerReferences: [{ kind: "ExclusiveWindow", name: "nightly", uid: "uid-1", controller: true, blockOwnerDeletion: true }],
        annotations: { "exclusivewindow.dev/scheduled-time": "2026-03-01T02:00:00Z" },
      },
      spec: { suspend: true, podReplacementPolicy: "Failed" },
    });
    expect(job.spec?.template.spec?.schedulingGates).toEqual([{ name: "exclusivewindow.dev/locked" }]);
  });

  test("is labelled with window, uid, run and installation, and its Pods with the first three", () => {
    const job = made(bare);
    const labels = {
      "exclusivewindow.dev/window": "nightly",
      "exclusivewindow.dev/window-uid": "uid-1",
      "exclusivewindow.dev/run-id": "run-1",
    };
    expect(job.metadata?.labels).toEqual({ ...labels, "exclusivewindow.dev/installation": "prod" });
    expect(job.spec?.template.metadata?.labels).toEqual(labels);
  });

  test("keeps what the template says beside that", () => {
    const job = made({
      metadata: { labels: { team: "a" }, annotations: { note: "b" }, finalizers: ["example.com/f"] },
      spec: {
        backoffLimit: 2,
        template: {
          metadata: { labels: { tier: "batch" }, annotations: { mesh: "off" }, finalizers: ["example.com/p"] },
          spec: { schedulingGates: [{ name: "example.com/quota" }], containers: [{ name: "main", env: [{ name: "A", value: "1" }] }] },
        },
      },
    });
    expect(job.metadata).toMatchObject({ labels: { team: "a" }, annotations: { note: "b" } });
    expect(job.metadata?.finalizers).toEqual(["example.com/f", "exclusivewindow.dev/locks"]);
    expect(job.spec?.backoffLimit).toBe(2);
    expect(job.spec?.template.metadata).toMatchObject({
      labels: { tier: "batch" },
      annotations: { mesh: "off" },
      finalizers: ["example.com/p"],
    });
    expect(job.spec?.template.spec?.schedulingGates).toEqual([{ name: "example.com/quota" }, { name: "exclusivewindow.dev/locked" }]);
    expect(job.spec?.template.spec?.containers[0]?.env).toContainEqual({ name: "A", value: "1" });
  });

  test("cannot be unsuspended, ungated or given another replacement policy by its template", () => {
    const job = made({
      metadata: { labels: { "exclusivewindow.dev/run-id": "mine" }, finalizers: ["exclusivewindow.dev/locks"] },
      spec: {
        suspend: false,
        podReplacementPolicy: "TerminatingOrFailed",
        template: { spec: { containers: [{ name: "main" }], schedulingGates: [{ name: "exclusivewindow.dev/locked" }] } },
      },
    });
    expect(job.spec).toMatchObject({ suspend: true, podReplacementPolicy: "Failed" });
    expect(job.spec?.template.spec?.schedulingGates).toHaveLength(1);
    expect(job.metadata?.finalizers).toHaveLength(1);
    expect(job.metadata?.labels?.["exclusivewindow.dev/run-id"]).toBe("run-1");
  });

  test("tells every container about the run, init containers included", () => {
    const spec = podSpec({
      spec: { template: { spec: { initContainers: [{ name: "init" }], containers: [{ name: "a" }, { name: "b" }] } } },
    });
    const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
    expect(all).toHaveLength(3);
    for (const container of all) {
      expect(container.env).toEqual([
        {
          name: "EXCLUSIVE_WINDOW_FENCING_TOKEN",
          valueFrom: { fieldRef: { fieldPath: "metadata.annotations['exclusivewindow.dev/fencing-token']" } },
        },
        { name: "EXCLUSIVE_WINDOW_RUN_ID", value: "run-1" },
        { name: "EXCLUSIVE_WINDOW_NAME", value: "nightly" },
        { name: "EXCLUSIVE_WINDOW_SCHEDULED_TIME", value: "2026-03-01T02:00:00Z" },
        { name: "EXCLUSIVE_WINDOW_DEADLINE", value: "2026-03-01T06:00:00Z" },
      ]);
    }
  });

  test("replaces a variable of the user that bears one of our names, and lets others refer to ours", () => {
    const env = [
      { name: "EXCLUSIVE_WINDOW_RUN_ID", value: "forged" },
      { name: "LOG", value: "/logs/$(EXCLUSIVE_WINDOW_RUN_ID)" },
    ];
    const names = podSpec({ spec: { template: { spec: { containers: [{ name: "main", env }] } } } })?.containers[0]?.env;
    expect(names?.filter((variable) => variable.name === "EXCLUSIVE_WINDOW_RUN_ID")).toEqual([
      { name: "EXCLUSIVE_WINDOW_RUN_ID", value: "run-1" },
    ]);
    expect(names?.at(-1)?.name).toBe("LOG");
  });

  test("does not change the template that it was made from", () => {
    const before = JSON.stringify(bare);
    made(bare);
    expect(JSON.stringify(bare)).toBe(before);
  });

  test("of a window with a long name has valid labels", () => {
    const name = `${"a".repeat(62)}.${"b".repeat(100)}`;
    const job = made(bare, { window: { namespace: "orders", name, uid: "uid-1" } });
    expect(job.metadata?.labels?.["exclusivewindow.dev/window"]).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])$/);
    expect(job.spec?.template.spec?.containers[0]?.env).toContainEqual({ name: "EXCLUSIVE_WINDOW_NAME", value: name });
  });
});
