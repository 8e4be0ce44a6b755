// A leader that was paused for longer than its lease, in the middle of seven runs, and comes back. Before it does, the other replica
// has finished those runs and begun the next ones, and the requests that the paused one had sent arrive. It must do no harm.
// The tests are named after the invariants that could break.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HistoryEntry, RunRecord } from "../../src/crds/status.ts";
import type { Delivered } from "../support/api-line.ts";
import type { ControllerProcess } from "./support/controller-process.ts";
import { scripts } from "./support/job-scripts.ts";
import { hasSession, type PausedLeader, pauseLeader, points, succeed } from "./support/paused-leader.ts";
import { type Stage, useStage, type Verdict } from "./support/stage.ts";
import { until } from "./support/until.ts";

const stage = useStage();
let paused: PausedLeader;
afterAll(() => paused?.line.stop());

const names = points.map(({ name }) => name);

interface Told {
  readonly runs: readonly HistoryEntry[];
  readonly verdicts: readonly Verdict[];
}

describe("a leader that comes back after a pause", () => {
  /** What the requests that had left it came to. */
  let late: readonly Delivered[];
  /** Every window and every node of its run, before those requests arrived, and after it had noticed. */
  let before: readonly unknown[];
  let after: readonly unknown[];
  const told = new Map<string, Told>();

  beforeAll(async () => {
    const { windows, controller } = stage();
    paused = await pauseLeader(stage());
    const standby = await controller("standby", { sessionTimeoutSeconds: 60 });
    await until("the other replica leads", () => standby.isLeading());
    await paused.releaseReader();
    for (const name of names.filter((one) => one !== "releasing")) await succeed(stage(), name);
    for (const name of names) await keep(name, 1);
    for (const name of names) await windows.runNow(name);
    for (const name of names) await windows.run(name, "works again", ({ steps }) => steps.jobStartTime !== undefined);
    before = await state(stage());
    late = await paused.line.deliver();
    paused.leader.resume();
    await noticed(paused.leader);
    after = await state(stage());
    for (const name of names) await succeed(stage(), name);
    for (const name of names) await keep(name, 2);
  });

  async function keep(name: string, count: number): Promise<void> {
    const { windows, verdict } = stage();
    const run = await windows.ended(name, count);
    const crowd = paused.crowds.get(name);
    if (crowd === undefined) throw new Error(`${name} has no processors`);
    const { runs = [], verdicts = [] } = told.get(name) ?? {};
    told.set(name, { runs: [...runs, run], verdicts: [...verdicts, await verdict(run, crowd)] });
  }

  const verdicts = (name: string) => told.get(name)?.verdicts ?? [];
  const runs = (name: string) => told.get(name)?.runs ?? [];

  test.each(names)("I1: no event is handled beside a Pod of either run (paused while %s)", (name) => {
    expect(verdicts(name).map(({ eventsMeanwhile }) => eventsMeanwhile)).toEqual([0, 0]);
  });

  test.each(names)("I3: each run has one Job and one Pod that worked, and succeeds (paused while %s)", async (name) => {
    const { kube, namespace, windows } = stage();
    expect(verdicts(name).map(({ podsThatWorked }) => podsThatWorked)).toEqual([1, 1]);
    expect(runs(name).map(({ result }) => result)).toEqual(["Succeeded", "Succeeded"]);
    const known = runs(name).map(({ jobName }) => jobName);
    const jobs = await kube.jobs.listByWindow(namespace, (await windows.read(name)).uid);
    expect(jobs.filter((job) => job.phase === "active" || !known.includes(job.name))).toEqual([]);
  });

  test.each(names)("I5: nothing of a run is left once it is over (paused while %s)", async (name) => {
    const { kube, namespace, windows } = stage();
    expect(verdicts(name).map(({ left }) => left)).toEqual([[], []]);
    const window = await windows.read(name);
    const jobs = await kube.jobs.listByWindow(namespace, window.uid);
    const over = jobs.filter((job) => job.phase !== "suspended");
    expect([window.finalizers, over.filter((job) => job.finalizer)]).toEqual([[], []]);
  });

  test.each(names)("I6: the later run has the higher fencing token, and its Pod saw that one (paused while %s)", (name) => {
    const { logs } = stage();
    const tokens = runs(name).map(({ fencingToken = "0" }) => BigInt(fencingToken));
    expect(tokens[1]).toBeGreaterThan(tokens[0] ?? 0n);
    const seen = runs(name).map(({ jobName }) => logs.soFar(jobName).map(({ token }) => BigInt(token)));
    expect(seen).toEqual(tokens.map((token) => [token]));
  });

  test("I9: what it had sent is refused, and no status, Job or lock node of the later runs is touched", () => {
    for (const { isNext } of points) expect(isNext === undefined || late.some(({ request }) => isNext(request))).toBe(true);
    // A create is guarded by the Job's name alone, and that is free by now.
    const answers = late.map(({ request, status }) => `${request.method} ${status}`);
    expect([...new Set(answers)].sort()).toEqual(["PATCH 409", "POST 201"]);
    expect(after).toEqual(before);
  });
});

test("I2: a drain whose place in the queue was the session of a leader that comes back and closes it begins anew", async () => {
  const { leader, crowd, windows, locks, verdict } = stage();
  const processors = await crowd("adopted");
  const reader = await locks.readLock(processors.lockPath, "slow-reader");
  await windows.make("adopted", scripts.works(300), { drainTimeoutSeconds: 600 });
  await windows.runNow("adopted");
  const waits = ({ blockedBy = [] }: RunRecord) => blockedBy.join() === "read lock of slow-reader";
  const run = await windows.run("adopted", "waits for the reader", waits);
  const first = await leader();
  first.pause();
  const next = await leader();
  first.resume();
  await noticed(first);
  expect(next.isLeading()).toBe(true);
  const isAnew = ({ steps }: RunRecord) => (steps.drainStartTime ?? "") > (run.steps.drainStartTime ?? "");
  await windows.run("adopted", "waits for the reader again", (now) => waits(now) && isAnew(now));
  await processors.paused();
  await reader.release();
  expect(await windows.ended("adopted")).toMatchObject({ id: run.id, result: "Succeeded" });
  expect(await verdict(run, processors)).toEqual({ podsThatWorked: 1, eventsMeanwhile: 0, left: [] });
});

test("I5: a Job that was created after its run was over is taken away, and no Pod of it ever ran", async () => {
  const { kube, namespace, windows } = stage();
  const { uid } = await windows.read("creating");
  await until("no Job is left", async () => (await kube.jobs.listByWindow(namespace, uid)).length === 0);
  expect(await kube.pods.listBySelector(namespace, `exclusivewindow.dev/window=creating`)).toEqual([]);
});

/** It no longer leads, and has no session with ZooKeeper: one that it did not close it would keep alive, or open anew. */
async function noticed(controller: ControllerProcess): Promise<void> {
  await until(`${controller.name} has noticed that it lost its lease`, () =>
    controller.lines.some((line) => line.includes("no longer leading")),
  );
  await until(`ZooKeeper knows no session of ${controller.name}`, async () => !(await hasSession(stage(), controller)));
}

async function state({ windows, locks, kube, namespace }: Stage): Promise<readonly unknown[]> {
  return Promise.all(
    names.map(async (name) => {
      const { status, resourceVersion, uid } = await windows.read(name);
      const standing = await locks.standing({ id: status.run?.id ?? "" }, windows.lockPath(name));
      const own = (await kube.jobs.listByWindow(namespace, uid)).filter((job) => job.runId === status.run?.id);
      // Not its resourceVersion: Kubernetes' own controller counts Pods in it.
      const jobs = own.map((job) => [job.name, job.uid, job.phase, job.token, job.deleting, job.finalizer]);
      return { name, status, resourceVersion, standing, jobs };
    }),
  );
}
