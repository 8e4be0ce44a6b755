// What the sweep makes of a run whose window is gone, over a ZooKeeper in memory and Jobs and Pods that are made up.
import { describe, expect, test } from "vitest";
import { aRun, lockOf, promoted, queued } from "../../test/support/lock-world.ts";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { offlineHands, offlineKube } from "../../test/support/offline-hands.ts";
import { apiVersion, finalizer, kind, runLabel, schedulingGate } from "../crds/meta.ts";
import { jobView } from "../kube/job-view.ts";
import { podView } from "../kube/pod-view.ts";
import { lookAtRun } from "../zookeeper/run-look.ts";
import { createMetrics } from "./metrics.ts";
import { sweep } from "./sweep.ts";

const run = aRun("r");
const { namespace } = run.window;

interface PodShape {
  readonly phase?: "Pending" | "Running" | "Succeeded" | "Failed";
  /** The name of the gate that it waits behind. */
  readonly gate?: string;
  readonly owned?: boolean;
}

function aPod({ phase = "Pending", gate, owned = false }: PodShape) {
  const ownerReferences = owned ? [{ apiVersion: "batch/v1", kind: "Job", name: "job", uid: "job-uid", controller: true }] : [];
  const spec = gate === undefined ? {} : { schedulingGates: [{ name: gate }] };
  return podView({ metadata: { namespace, name: "pod", uid: "pod-uid", ownerReferences }, spec, status: { phase } }, 0);
}

/** The run's Job, being deleted with nothing but our finalizer left. */
const leavingJob = jobView({
  metadata: {
    namespace,
    name: "job",
    uid: "job-uid",
    deletionTimestamp: "2026-11-23T02:00:00Z",
    finalizers: [finalizer],
    labels: { [runLabel]: run.runId },
    ownerReferences: [{ apiVersion, kind, name: run.window.name, uid: run.window.uid, controller: true }],
  },
});

/** A run that holds its lock for good; its window is gone, its Job too unless it is said to be leaving. */
async function anOrphanedRun(pods: readonly PodShape[], job?: typeof leavingJob) {
  const clock = manualClock();
  const session = new MemorySession(new MemoryZooKeeper());
  await queued(session, run);
  await promoted(session, run);
  const offline = offlineKube(clock);
  const jobs = new Set(job === undefined ? [] : [job]);
  const done: string[] = [];
  const kube = {
    ...offline,
    windows: { ...offline.windows, get: async () => undefined, list: async () => [] },
    jobs: {
      ...offline.jobs,
      listByInstallation: async () => [...jobs],
      listByWindow: async () => [...jobs],
      stop: async () => void done.push("stop"),
      dropFinalizer: async () => {
        done.push("drop finalizer");
        jobs.clear();
      },
    },
    pods: { ...offline.pods, listOfJobs: async () => pods.map(aPod), listBySelector: async () => pods.map(aPod) },
  };
  const metrics = createMetrics("2026a");
  const orphaned = async () => String((await metrics.page()).body).match(/^exclusivewindow_orphaned_lock_age_seconds\{.*$/m)?.[0];
  const held = async () => lockOf(await lookAtRun(session, run)).node.kind;
  const hands = offlineHands(clock, session, { kube, metrics });
  return { done, held, orphaned, sweep: () => sweep(hands) };
}

describe("the locks of a run whose window is gone", () => {
  test.each<{ readonly name: string; readonly pods: readonly PodShape[]; readonly held: "promoted" | "absent" }>([
    { name: "are released where no Pod is left", pods: [], held: "absent" },
    { name: "are released where its Pods have ended", pods: [{ phase: "Succeeded", owned: true }, { phase: "Failed" }], held: "absent" },
    { name: "are held for a Pod that runs, whoever it belongs to", pods: [{ phase: "Running" }], held: "promoted" },
    { name: "are held for a Pod that was let go and waits", pods: [{ phase: "Pending" }], held: "promoted" },
    { name: "are held for a Pod behind our gate that a Job owns", pods: [{ gate: schedulingGate, owned: true }], held: "promoted" },
    { name: "are released past a Pod that was orphaned behind our gate: it never runs", pods: [{ gate: schedulingGate }], held: "absent" },
    { name: "are held for an orphan behind a stranger's gate, who may let it go", pods: [{ gate: "example.com/gate" }], held: "promoted" },
    { name: "are held for one that runs beside such a Pod", pods: [{ gate: schedulingGate }, { phase: "Running" }], held: "promoted" },
  ])("$name", async ({ pods, held }) => {
    const orphaned = await anOrphanedRun(pods);
    expect(await orphaned.held()).toBe("promoted");
    await orphaned.sweep();
    expect(await orphaned.held()).toBe(held);
    // Their age is a metric for as long as they are held.
    expect((await orphaned.orphaned()) === undefined).toBe(held === "absent");
  });
});

describe("a Job that is being deleted and whose window is gone", () => {
  test.each<{ readonly name: string; readonly pods: readonly PodShape[]; readonly done: readonly string[] }>([
    { name: "is let go where its Pods were orphaned behind our gate", pods: [{ gate: schedulingGate }], done: ["drop finalizer"] },
    { name: "is kept while a Pod that it orphaned runs", pods: [{ phase: "Running" }], done: [] },
    { name: "is stopped while a Pod behind our gate is its own", pods: [{ gate: schedulingGate, owned: true }], done: ["stop"] },
  ])("$name", async ({ pods, done }) => {
    const orphaned = await anOrphanedRun(pods, leavingJob);
    await orphaned.sweep();
    expect(orphaned.done).toEqual(done);
    expect(await orphaned.held()).toBe(done.includes("drop finalizer") ? "absent" : "promoted");
  });
});
