// Runs that do not succeed: everything is released all the same, the processors resume, and the result says what happened.
import { describe, expect, test } from "vitest";
import { fencingTokenAnnotation } from "../../src/crds/meta.ts";
import { jobTemplate, scripts } from "./support/job-scripts.ts";
import { useStage } from "./support/stage.ts";
import { until } from "./support/until.ts";

const stage = useStage();

describe.concurrent("a run", () => {
  test("whose Job fails releases everything", async () => {
    const { crowd, windows, verdict } = stage();
    const processors = await crowd("failing");
    await windows.make("failing", scripts.fails(800));
    await windows.runNow("failing");
    const run = await windows.ended("failing");
    expect(run).toMatchObject({ result: "Failed", message: expect.stringContaining("BackoffLimitExceeded") });
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
    await windows.condition("failing", "LastRunSucceeded", "False", "Failed");
    await windows.condition("failing", "Ready", "True", "Scheduled");
    expect(await windows.events("failing", "JobFailed")).toContainEqual(expect.objectContaining({ type: "Warning", reason: "JobFailed" }));
  });

  test("is given up when a reader does not release in time, and names it", async () => {
    const { crowd, windows, verdict, locks, kube, namespace } = stage();
    const processors = await crowd("stuck");
    const stuck = await locks.readLock(processors.lockPath, "stuck-reader-7");
    await windows.make("stuck", scripts.works(100), { drainTimeoutSeconds: 3, drainTimeoutPolicy: "Abort" });
    await windows.runNow("stuck");
    const run = await windows.ended("stuck");
    const why = /1 lock was not released within 3 s: read lock of stuck-reader-7/;
    expect(run).toMatchObject({ result: "DrainTimedOut", message: expect.stringMatching(why) });
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 0, eventsMeanwhile: 0, left: [] });
    const told = await windows.events("stuck", "DrainTimedOut");
    expect(told).toContainEqual({ type: "Warning", reason: "DrainTimedOut", note: expect.stringMatching(why) });
    expect(told.map(({ reason }) => reason)).not.toContain("JobLetGo");
    expect(await kube.jobs.get(namespace, run.jobName)).toBeUndefined();
    await stuck.release();
  });

  test("whose image does not exist ends as JobNotStarted", async () => {
    const { crowd, windows, verdict } = stage();
    const processors = await crowd("no-image");
    const container = { name: "main", image: "localhost/exclusive-window/no-such-image:1", imagePullPolicy: "IfNotPresent" };
    const template = jobTemplate("", {}, { containers: [container] });
    await windows.make("no-image", "", { jobTemplate: template, jobStartTimeoutSeconds: 5 });
    await windows.runNow("no-image");
    const run = await windows.ended("no-image");
    const why = /no container of the Job started within 5 s .*(ErrImagePull|ImagePullBackOff)/;
    expect(run).toMatchObject({ result: "JobNotStarted", message: expect.stringMatching(why) });
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 0, eventsMeanwhile: 0, left: [] });
  });

  test("holds the lock from the first try of its Job to the last, and lets each Pod go with the token", async () => {
    const { crowd, windows, verdict, logs, tell, kubectl } = stage();
    const processors = await crowd("retrying");
    await windows.make("retrying", "", { jobTemplate: jobTemplate(scripts.untilTold(), { backoffLimit: 2 }) });
    await windows.runNow("retrying");
    const { jobName } = await windows.run("retrying", "begins", () => true);
    for (const [tries, how] of [
      [1, "fail"],
      [2, "fail"],
      [3, "succeed"],
    ] as const) {
      const last = (await logs.begun(jobName, tries)).at(-1);
      await tell(last?.pod ?? "", how);
      await until(
        `try ${tries} has ended`,
        () => logs.soFar(jobName).length === tries && logs.soFar(jobName).every(({ silent }) => silent),
      );
    }
    const run = await windows.ended("retrying");
    expect(run.result).toBe("Succeeded");
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 3, eventsMeanwhile: 0, left: [] });
    const intervals = await logs.intervals(jobName);
    const [first, last] = [intervals[0], intervals.at(-1)];
    expect(processors.during([{ start: first?.start ?? 0n, end: last?.end ?? 0n }])).toBe(0);
    expect(logs.soFar(jobName).map(({ token }) => token)).toEqual([run.fencingToken, run.fencingToken, run.fencingToken]);
    const template = `{range .items[*]}{.metadata.annotations.${fencingTokenAnnotation.replaceAll(".", "\\.")}} {.spec.schedulingGates}{"\\n"}{end}`;
    const pods = await kubectl("get", "pods", "--selector", `batch.kubernetes.io/job-name=${jobName}`, "--output", `jsonpath=${template}`);
    expect(pods.trim().split(/\s*\n/)).toEqual([run.fencingToken, run.fencingToken, run.fencingToken]);
  });
});
