// A dry run of a Job on a real cluster: the server's judgement before anyone is paused.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunJobs, runJobs } from "../support/run-jobs.ts";

let run: RunJobs;

beforeAll(async () => {
  run = await runJobs({ "pod-security.kubernetes.io/warn": "restricted" });
});

afterAll(() => run?.remove());

const script = "exit 0";

describe("a dry run", () => {
  test("answers the warnings of admission and creates nothing", async () => {
    const job = run.manifest(script);
    const { warnings } = await run.jobs.dryRun(job);
    expect(warnings.join("\n")).toContain("would violate PodSecurity");
    expect(warnings.join("\n")).toContain('"main"');
    expect(await run.jobs.get(run.namespace, job.metadata?.name ?? "")).toBeUndefined();
  });

  test("and a create of a Job that cannot be are refused in the server's words", async () => {
    const job = run.manifest(script, {}, { containers: [] });
    for (const act of [() => run.jobs.dryRun(job), () => run.jobs.create(job)]) {
      await expect(act()).rejects.toMatchObject({
        code: "Invalid",
        message: expect.stringContaining("spec.template.spec.containers: Required value"),
      });
    }
  });

  test("warns of a field that the server does not know", async () => {
    const { warnings } = await run.jobs.dryRun(run.manifest(script, {}, { containerz: [] }));
    expect(warnings).toContain('unknown field "spec.template.spec.containerz"');
  });

  test("in a namespace that does not exist is not found", async () => {
    const job = run.manifest(script);
    const act = run.jobs.dryRun({ ...job, metadata: { ...job.metadata, namespace: "nowhere" } });
    await expect(act).rejects.toMatchObject({ code: "NotFound" });
  });
});
