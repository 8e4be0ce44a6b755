// The main story: a window falls due, the processors drain, the Job runs alone, the processors resume; and what a user sees of it.
import { describe, expect, test } from "vitest";
import { specSchema } from "../../src/crds/spec.ts";
import { jobImage, scripts } from "./support/job-scripts.ts";
import { useStage } from "./support/stage.ts";
import { until } from "./support/until.ts";

const stage = useStage();

describe.concurrent("a window", () => {
  test("runs its Job while no processor works, and tells the story in Events", async () => {
    const { crowd, windows, kubectl, verdict } = stage();
    const processors = await crowd("nightly");
    await windows.make("nightly", scripts.works(1500));
    await windows.runNow("nightly");
    const run = await windows.ended("nightly");
    expect(run).toMatchObject({ result: "Succeeded", trigger: "Request" });
    expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
    const events = await windows.events("nightly", "SignalCleared");
    expect(events.map(({ reason }) => reason)).toEqual([
      "RunStarted",
      "JobCreated",
      "SignalRaised",
      "DrainCompleted",
      "WriteLockAcquired",
      "JobLetGo",
      "JobStarted",
      "JobSucceeded",
      "SignalCleared",
    ]);
    await windows.condition("nightly", "Ready", "True", "Scheduled");
    expect(await kubectl("get", "ew", "nightly")).toMatch(
      /^NAME +SCHEDULE +ZONE +READY +STATUS +LAST +AGE\nnightly +0 2 1 1 \* +UTC +True +Scheduled +\d+s +\d+s\n$/,
    );
    const described = await kubectl("describe", "ew", "nightly");
    for (const { reason, note } of events) expect(described).toMatch(new RegExp(`Normal +${reason} +.*${escaped(note)}`));
  });

  test("falls due by its schedule, unless it is suspended", async () => {
    const { crowd, windows, verdict } = stage();
    const processors = await crowd("every-minute");
    await windows.make("paused", scripts.works(100), { schedule: "* * * * *", suspend: true });
    await windows.make("every-minute", scripts.works(100), { schedule: "* * * * *" });
    const run = await windows.ended("every-minute");
    await windows.apply("every-minute", { schedule: "0 2 1 1 *", jobTemplate: (await windows.read("every-minute")).spec.jobTemplate });
    expect(run).toMatchObject({ result: "Succeeded", trigger: "Schedule", scheduledTime: expect.stringMatching(/:00Z$/) });
    expect(Date.parse(run.startTime)).toBeGreaterThanOrEqual(Date.parse(run.scheduledTime));
    expect(await verdict(run, processors)).toMatchObject({ podsThatWorked: 1, eventsMeanwhile: 0 });
    const { status } = await windows.read("paused");
    expect(status).not.toHaveProperty("run");
    expect(status).not.toHaveProperty("history");
    expect(status).not.toHaveProperty("nextScheduleTime");
    await windows.condition("paused", "Ready", "True", "Suspended");
  });

  test("runs when it is asked to though it is suspended, and answers a request that is no time", async () => {
    const { crowd, windows, verdict } = stage();
    const processors = await crowd("by-hand");
    await windows.make("by-hand", scripts.works(100), { suspend: true });
    await windows.runNow("by-hand", "tomorrow");
    const { lastSkip } = (await windows.read("by-hand")).status;
    expect(lastSkip).toMatchObject({
      reason: "InvalidRunRequest",
      message: expect.stringMatching(/run-requested-at is "tomorrow"; write an RFC 3339/),
    });
    expect(await windows.events("by-hand", "RunSkipped")).toMatchObject([{ type: "Warning", note: expect.stringContaining('"tomorrow"') }]);
    await windows.runNow("by-hand");
    const run = await windows.ended("by-hand");
    expect(run.result).toBe("Succeeded");
    expect(await verdict(run, processors)).toMatchObject({ podsThatWorked: 1, eventsMeanwhile: 0 });
  });

  test("counts the Pods of an annotated Deployment that hold read locks, before and after a run", async () => {
    const { windows, apply, zookeeper, kubectl } = stage();
    const environment = { ZOOKEEPER: zookeeper.connectString, LOCK_PATH: windows.lockPath("enrolled"), EVENTS_PER_SECOND: "20" };
    await windows.make("enrolled", scripts.untilTold());
    await apply(deployment("processors", { replicas: 2, window: "enrolled", environment }));
    const counted = (holding: number) =>
      until(`${holding} of 2 Pods hold a read lock`, async () => {
        const [first] = (await windows.read("enrolled")).status.participants ?? [];
        return first?.pods === 2 && first.holding === holding ? first : undefined;
      });
    expect(await counted(2)).toMatchObject({ kind: "Deployment", name: "processors", pods: 2, holding: 2 });
    await windows.runNow("enrolled");
    const { jobName } = await windows.run("enrolled", "is exclusive", ({ steps }) => steps.jobStartTime !== undefined);
    const pods = await kubectl("get", "pods", "--selector", "app=processors", "--output", "jsonpath={.items[*].metadata.name}");
    expect((await counted(0)).notHolding).toEqual(pods.trim().split(" ").sort());
    const [pod] = await stage().logs.begun(jobName);
    await stage().tell(pod?.pod ?? "", "succeed");
    expect((await windows.ended("enrolled")).result).toBe("Succeeded");
    await counted(2);
  });

  test("that a Deployment names and nobody made is missed in an Event on that Deployment", async () => {
    const { windows, apply } = stage();
    await apply(deployment("astray", { replicas: 0, window: "nowhere", environment: {} }));
    const told = (await windows.events("astray", "WindowNotFound")).filter(({ reason }) => reason === "WindowNotFound");
    expect(told).toMatchObject([
      {
        type: "Warning",
        note: expect.stringMatching(/names "nowhere"; there is no ExclusiveWindow .* create it or correct the annotation/),
      },
    ]);
  });

  test("is explained field by field", async () => {
    const { kubectl } = stage();
    const spec = await kubectl("explain", "exclusivewindow.spec");
    for (const field of Object.keys(specSchema.shape))
      expect(spec).toMatch(new RegExp(`^ {2}${field}\\t.*\\n( +enum: .*\\n)? {4}[A-Z]`, "m"));
    for (const part of [
      "exclusivewindow",
      "exclusivewindow.spec",
      "exclusivewindow.spec.locks",
      "exclusivewindow.status",
      "exclusivewindow.status.run",
    ]) {
      expect(await kubectl("explain", part)).not.toContain("<no description>");
    }
  });
});

interface DeploymentOptions {
  readonly replicas: number;
  readonly window: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Of the example processor, as a user would deploy it. */
function deployment(name: string, { replicas, window, environment }: DeploymentOptions): Readonly<Record<string, unknown>> {
  const labels = { app: name };
  const env = [
    ...Object.entries(environment).map(([key, value]) => ({ name: key, value })),
    { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
  ];
  const spec = { terminationGracePeriodSeconds: 1, containers: [{ name: "main", image: jobImage, imagePullPolicy: "IfNotPresent", env }] };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, annotations: { "exclusivewindow.dev/window": window } },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
