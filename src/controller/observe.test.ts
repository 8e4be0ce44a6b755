import { describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { aRun } from "../../test/support/observed.ts";
import { offlineHands, offlineKube } from "../../test/support/offline-hands.ts";
import { windowObject } from "../../test/support/window-object.ts";
import { apiVersion, finalizer, kind, runLabel } from "../crds/meta.ts";
import { parseWindow } from "../crds/parse.ts";
import { type JobView, jobView } from "../kube/job-view.ts";
import { observe } from "./observe.ts";

const jobRef = { name: aRun.jobName, uid: "job-uid" };
const parsed = parseWindow(windowObject({}, { run: { ...aRun, jobRef } }));
if (parsed.kind !== "window") throw new Error("the window is not valid");
const { window } = parsed;

const job = jobView({
  metadata: {
    ...jobRef,
    namespace: window.namespace,
    finalizers: [finalizer],
    labels: { [runLabel]: aRun.id },
    ownerReferences: [{ apiVersion, kind, name: window.name, uid: window.uid, controller: true }],
  },
  spec: { suspend: true },
});

const notCounted = async () => ({ kind: "not asked" }) as const;

/** A look in which the Job is read as these, one after the other. */
async function look(...reads: readonly (JobView | undefined)[]) {
  const clock = manualClock();
  const offline = offlineKube(clock);
  const order: string[] = [];
  const left = [...reads];
  const kube = {
    ...offline,
    jobs: {
      ...offline.jobs,
      get: async () => {
        order.push("Job");
        return left.shift();
      },
    },
    pods: {
      ...offline.pods,
      listOfJobs: async () => {
        order.push("Pods");
        return [];
      },
    },
  };
  const session = new MemorySession(new MemoryZooKeeper());
  const hands = offlineHands(clock, session, { kube });
  const seen = await observe(window, { accept: async () => ({ kind: "not asked" }), participants: { now: notCounted } }, hands);
  return { seen, order, askedZooKeeper: session.sent.requests > 0 };
}

describe("a look at an active run", () => {
  test("reads the Job, its Pods, the Job again, and then ZooKeeper", async () => {
    const { seen, order, askedZooKeeper } = await look(job, job);
    expect(order).toEqual(["Job", "Pods", "Job"]);
    expect(askedZooKeeper).toBe(true);
    expect(seen?.observed).toMatchObject({ job: { kind: "job", phase: "suspended" }, locks: { kind: "locks" } });
  });

  test.each([
    { name: "was deleted", again: { ...job, deleting: "background" as const } },
    { name: "is gone", again: undefined },
    { name: "is another one", again: { ...job, uid: "another" } },
    { name: "was let go", again: { ...job, phase: "active" as const, token: "7" } },
  ])("is given up where the Job $name while its Pods were listed", async ({ again }) => {
    expect(await look(job, again)).toMatchObject({ seen: undefined, askedZooKeeper: false });
  });

  test("is not given up for a new version of the Job that says the same", async () => {
    expect((await look(job, { ...job, resourceVersion: "2" })).seen).toBeDefined();
  });
});
