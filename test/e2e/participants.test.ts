// A processor that forgets its lock is named before a window starts beside it; a window that requires its participants waits for
// them, and tells who held a read lock before, during and after it.
import { describe, expect, test } from "vitest";
import type { Participant } from "../../src/crds/participant-status.ts";
import { jobImage, scripts } from "./support/job-scripts.ts";
import { useStage } from "./support/stage.ts";
import { until } from "./support/until.ts";

const stage = useStage();
const name = "attended";

describe("a window that requires its participants", () => {
  test("counts a Deployment and a StatefulSet that hold their locks, and names the Pod that forgets its own", async () => {
    const { windows, apply, kubectl } = stage();
    await windows.make(name, scripts.untilTold(), { requireParticipants: true, startingDeadlineSeconds: 20 });
    expect(await windows.condition(name, "ParticipantsReady", "False", "NoParticipants")).toContain("annotate those that take part");
    await apply(workload("Deployment", "events", { replicas: 2 }));
    await apply(workload("StatefulSet", "ledger", { replicas: 1 }));
    await apply(workload("Deployment", "forgetful", { replicas: 1, command: ["node", "-e", "setInterval(() => {}, 1000)"] }));
    const [events, forgetful, ledger] = await participants(
      (found) => found.length === 3 && found.every(({ pods }) => pods > 0) && held(found) === 3,
    );
    expect(events).toMatchObject({ kind: "Deployment", name: "events", pods: 2, holding: 2, holdingPods: await podsOf("events") });
    expect(ledger).toMatchObject({ kind: "StatefulSet", name: "ledger", pods: 1, holding: 1, holdingPods: ["ledger-0"] });
    expect(forgetful).toMatchObject({ kind: "Deployment", name: "forgetful", pods: 1, holding: 0, notHolding: await podsOf("forgetful") });
    const yaml = await kubectl("get", "ew", name, "--output", "yaml");
    for (const pod of [...(await podsOf("events")), "ledger-0", ...(await podsOf("forgetful"))]) expect(yaml).toContain(`- ${pod}\n`);
  });

  test("says so in a condition and an Event", async () => {
    const { windows } = stage();
    const [pod = ""] = await podsOf("forgetful");
    const message = await windows.condition(name, "ParticipantsReady", "False", "LocksMissing");
    expect(message).toContain(`1 of 4 running Pods hold no read lock of this window: ${pod} of Deployment forgetful`);
    expect(await windows.events(name, "ParticipantsNotReady")).toContainEqual({
      type: "Warning",
      reason: "ParticipantsNotReady",
      note: message,
    });
  });

  test("does not start meanwhile: it waits, and skips the run in the end", async () => {
    const { windows } = stage();
    await windows.askForRun(name);
    expect(await windows.condition(name, "Ready", "True", "WaitingForParticipants")).toContain("of Deployment forgetful");
    expect((await windows.read(name)).status.waitingRun).toMatchObject({ trigger: "Request", reason: "ParticipantsNotReady" });
    await until("the run is skipped", async () => (await windows.read(name)).status.lastSkip?.reason === "ParticipantsNotReady");
    const { status } = await windows.read(name);
    expect(status.skipped).toEqual([{ reason: "ParticipantsNotReady", count: 1 }]);
    expect(status).not.toHaveProperty("waitingRun");
    expect(status).not.toHaveProperty("history");
    const skipped = (await windows.events(name, "RunSkipped")).filter(({ reason }) => reason === "RunSkipped");
    expect(skipped).toMatchObject([{ type: "Warning", note: expect.stringContaining("participants were not ready") }]);
  });

  test("runs once the processor is put right, and tells of its Pods before, during and after", async () => {
    const { windows, apply, logs, tell } = stage();
    await apply(workload("Deployment", "forgetful", { replicas: 1 }));
    await windows.condition(name, "ParticipantsReady", "True", "AllHolding");
    await windows.runNow(name);
    const { jobName, id } = await windows.run(name, "is exclusive", ({ steps }) => steps.jobStartTime !== undefined);
    await participants((found) => found.length === 3 && held(found) === 0);
    await windows.condition(name, "ParticipantsReady", "True", "AllHolding");
    const [log] = await logs.begun(jobName);
    await tell(log?.pod ?? "", "succeed");
    expect((await windows.ended(name)).result).toBe("Succeeded");
    const found = await participants(
      (all) => held(all) === 4 && all.every(({ lastRun }) => lastRun?.after?.holding === lastRun?.after?.pods),
    );
    for (const { pods, lastRun } of found) {
      expect(lastRun).toEqual({ id, before: { pods, holding: pods }, during: { pods, holding: 0 }, after: { pods, holding: pods } });
    }
    await windows.condition(name, "ParticipantsReady", "True", "AllHolding");
  });
});

test("a StatefulSet whose annotation is no window's name is told so", async () => {
  const { windows, apply } = stage();
  await apply(workload("StatefulSet", "misspelt", { replicas: 0, window: "orders/nightly" }));
  const told = await windows.events("misspelt", "InvalidWindowAnnotation");
  expect(told).toMatchObject([{ type: "Warning", note: expect.stringContaining('is "orders/nightly"') }]);
});

test("a lock of somebody outside, and a node that is no lock, are told of in status", async () => {
  const { crowd, windows, session } = stage();
  const { lockPath } = await crowd("outsiders");
  const own = await session();
  await own.create(`${lockPath}/0-note`, Buffer.alloc(0), "persistent");
  await windows.make("outsiders", scripts.works(100));
  const { unmatchedHolders, foreignChildren } = await until("they are counted", async () => {
    const { status } = await windows.read("outsiders");
    return status.unmatchedHolders === undefined ? undefined : status;
  });
  expect(unmatchedHolders?.count).toBeGreaterThan(0);
  expect(unmatchedHolders?.owners).toHaveLength(unmatchedHolders?.count ?? 0);
  expect(foreignChildren).toEqual([`${lockPath}/0-note: no lock node`]);
  await windows.events("outsiders", "ForeignChildren");
  await own.remove(`${lockPath}/0-note`, 0);
});

const held = (found: readonly Participant[]) => found.reduce((sum, { holding }) => sum + holding, 0);

async function participants(hold: (found: readonly Participant[]) => boolean): Promise<readonly Participant[]> {
  return until("the participants are counted", async () => {
    const { participants: found = [] } = (await stage().windows.read(name)).status;
    return hold(found) ? found : undefined;
  });
}

/** Those that are there for good: a Pod that was replaced may still be ending. */
async function podsOf(app: string): Promise<readonly string[]> {
  const pods = await stage().kube.pods.listBySelector(stage().namespace, `app=${app}`);
  return pods
    .filter(({ deleting }) => !deleting)
    .map((pod) => pod.name)
    .sort();
}

interface Options {
  readonly replicas: number;
  readonly window?: string;
  /** Instead of the example processor. */
  readonly command?: readonly string[];
}

function workload(kind: "Deployment" | "StatefulSet", app: string, { replicas, window = name, command }: Options) {
  const { zookeeper, windows } = stage();
  const environment = { ZOOKEEPER: zookeeper.connectString, LOCK_PATH: windows.lockPath(window), EVENTS_PER_SECOND: "20" };
  const env = [
    ...Object.entries(environment).map(([variable, value]) => ({ name: variable, value })),
    { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
  ];
  const container = { name: "main", image: jobImage, imagePullPolicy: "IfNotPresent", env, command: command ?? null };
  const labels = { app };
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [container] } };
  const metadata = { name: app, annotations: { "exclusivewindow.dev/window": window } };
  return { apiVersion: "apps/v1", kind, metadata, spec: { replicas, selector: { matchLabels: labels }, template } };
}
