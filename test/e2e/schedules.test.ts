// What a schedule must never do on a real cluster: fire in the past, run what is too late, or run anything twice. Each story
// waits for the pass that would do it, and that pass tells by status that it has looked.
import { describe, expect, test } from "vitest";
import type { Status } from "../../src/crds/status.ts";
import { scripts } from "./support/job-scripts.ts";
import { useStage } from "./support/stage.ts";
import { until } from "./support/until.ts";

const stage = useStage();

const MINUTE = 60_000;
const whole = (at: number) => Math.floor(at / MINUTE) * MINUTE;

/** A schedule that falls due once, at that minute of that day. */
function onceAt(at: number): string {
  const date = new Date(at);
  return `${date.getUTCMinutes()} ${date.getUTCHours()} ${date.getUTCDate()} ${date.getUTCMonth() + 1} *`;
}

/** A minute that has not begun for long enough to make windows for it. */
function soon(): number {
  return whole(Date.now() + 20_000) + MINUTE;
}

async function status(name: string, what: string, holds: (status: Status) => boolean): Promise<Status> {
  return until(`the status of ${name} ${what}`, async () => {
    const found = (await stage().windows.read(name)).status;
    return holds(found) ? found : undefined;
  });
}

/** Edits something that is not about the schedule, and waits until a pass has seen it. */
async function seenAgain(name: string, spec: Readonly<Record<string, unknown>>): Promise<Status> {
  const { windows } = stage();
  await windows.apply(name, { ...spec, drainGraceSeconds: 1 });
  const { generation } = await windows.read(name);
  return status(name, "speaks of the edited spec", (found) => found.observedGeneration === generation && found.run === undefined);
}

async function jobsOf(name: string): Promise<number> {
  const listed = await stage().kubectl("get", "jobs", "--selector", `exclusivewindow.dev/window=${name}`, "--output", "name");
  return listed.split("\n").filter((line) => line !== "").length;
}

describe.concurrent("a schedule", () => {
  test("that is edited does not fire in the past", async () => {
    const { windows } = stage();
    await windows.make("edited", scripts.works(100));
    const past = onceAt(whole(Date.now()) - 2 * MINUTE);
    await windows.apply("edited", { schedule: past, jobTemplate: (await windows.read("edited")).spec.jobTemplate });
    const after = await status("edited", "answers the new schedule", ({ answered }) => answered?.schedule === `${past} UTC`);
    expect(Date.parse(after.nextScheduleTime ?? "")).toBeGreaterThan(Date.now() + 300 * 24 * 60 * MINUTE);
    expect(after).not.toHaveProperty("run");
    expect(after).not.toHaveProperty("history");
    expect(await jobsOf("edited")).toBe(0);
  });

  test("that is resumed runs what it missed within its deadline, and records what it missed outside it", async () => {
    const { windows } = stage();
    const due = soon();
    const base = { schedule: onceAt(due), suspend: true };
    await windows.make("too-late", scripts.works(100), { ...base, startingDeadlineSeconds: 5 });
    await windows.make("in-time", scripts.works(100), { ...base, startingDeadlineSeconds: 3600 });
    const skipped = await status("too-late", "tells of the skipped run", ({ lastSkip }) => lastSkip !== undefined);
    expect(skipped.lastSkip).toMatchObject({ reason: "Suspended", scheduledTime: new Date(due).toISOString().replace(".000Z", "Z") });
    const { jobTemplate } = (await windows.read("too-late")).spec;
    await windows.apply("too-late", { ...base, jobTemplate, suspend: false, startingDeadlineSeconds: 5 });
    await windows.apply("in-time", { ...base, jobTemplate, suspend: false, startingDeadlineSeconds: 3600 });
    expect(await windows.ended("in-time")).toMatchObject({ trigger: "Schedule", scheduledTime: skipped.lastSkip?.scheduledTime });
    await windows.condition("too-late", "Ready", "True", "Scheduled");
    expect((await windows.read("too-late")).status).not.toHaveProperty("history");
    expect(await jobsOf("too-late")).toBe(0);
    expect((await windows.read("too-late")).status.skipped).toEqual([{ reason: "Suspended", count: 1 }]);
  });

  test("starts no more after as many failures in a row as it may, and goes on after a requested run that succeeds", async () => {
    const { windows, logs, tell } = stage();
    await windows.make("failing", scripts.untilTold(), { pauseAfterFailures: 1 });
    const runThatEnds = async (how: "fail" | "succeed", count: number) => {
      await windows.runNow("failing");
      const { jobName } = await windows.run("failing", "is exclusive", ({ steps }) => steps.unsuspendTime !== undefined);
      const [working] = await logs.begun(jobName);
      await tell(working?.pod ?? "", how);
      await windows.ended("failing", count);
    };
    await runThatEnds("fail", 1);
    expect(await windows.condition("failing", "Paused", "True", "FailuresInARow")).toMatch(/failed in a row/);
    const told = (await windows.events("failing", "PausedAfterFailures")).filter(({ reason }) => reason === "PausedAfterFailures");
    expect(told).toEqual([expect.objectContaining({ type: "Warning" })]);
    await windows.condition("failing", "Ready", "True", "Paused");
    expect((await windows.read("failing")).status).not.toHaveProperty("nextScheduleTime");
    await runThatEnds("succeed", 2);
    await windows.condition("failing", "Paused", "False");
    expect((await windows.read("failing")).status.nextScheduleTime).toBeDefined();
  });

  // The stories beside it go on with the second controller.
  test("runs once though the controller is restarted within the slot, and so does a request whose annotation stays", async () => {
    const { windows, controller, controllers } = stage();
    const due = soon();
    const schedule = onceAt(due);
    await windows.make("restarted", scripts.works(100), { schedule, startingDeadlineSeconds: 3600 });
    await windows.make("requested", scripts.works(100));
    await windows.runNow("requested");
    await windows.ended("requested");
    await windows.ended("restarted");
    await Promise.all(controllers.map((one) => one.kill()));
    await controller("second");
    const { jobTemplate } = (await windows.read("restarted")).spec;
    const scheduled = await seenAgain("restarted", { schedule, jobTemplate, startingDeadlineSeconds: 3600 });
    const asked = await seenAgain("requested", { jobTemplate });
    expect(Date.now()).toBeLessThan(due + 3_600_000);
    expect(scheduled.history?.map(({ trigger }) => trigger)).toEqual(["Schedule"]);
    expect(asked.history?.map(({ trigger }) => trigger)).toEqual(["Request"]);
    expect([await jobsOf("restarted"), await jobsOf("requested")]).toEqual([1, 1]);
  });
});
