// A create of a Job that reached the API server after its run was over: nobody looks after that Job but the sweep.
import { expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { offlineHands, offlineKube } from "../../test/support/offline-hands.ts";
import { windowObject } from "../../test/support/window-object.ts";
import { apiVersion, finalizer, kind, runLabel } from "../crds/meta.ts";
import { parseWindow } from "../crds/parse.ts";
import { type JobView, jobView } from "../kube/job-view.ts";
import { sweep } from "./sweep.ts";

const window = parseWindow(windowObject());
if (window.kind !== "window") throw new Error("the window is not valid");
const { namespace, name, uid } = window.window;

/** As it is created: suspended, with our finalizer, of that run. */
function aJob(runId: string, more: Partial<JobView> = {}): JobView {
  const ownerReferences = [{ apiVersion, kind, name, uid, controller: true }];
  const metadata = { namespace, name: "late", uid: "job-uid", finalizers: [finalizer], labels: { [runLabel]: runId }, ownerReferences };
  return { ...jobView({ metadata, spec: { suspend: true } }), ...more };
}

const activeRun = {
  id: "now",
  trigger: "Request",
  slot: "2026-11-23T16:00:00Z",
  scheduledTime: "2026-11-23T16:00:00Z",
  startTime: "2026-11-23T16:00:00Z",
  deadlineTime: "2026-11-23T20:00:00Z",
  jobName: "nightly-now",
  locks: [{ path: "/a/lock", signalPath: "/a/signal" }],
  steps: {},
};

/** What the sweep does to the Job of a window with that status. */
async function swept(job: JobView, status: unknown): Promise<readonly string[]> {
  const clock = manualClock();
  const offline = offlineKube(clock);
  const done: string[] = [];
  const kube = {
    ...offline,
    windows: { ...offline.windows, list: async () => [windowObject({}, status)] },
    jobs: {
      ...offline.jobs,
      listByInstallation: async () => [job],
      stop: async ({ resourceVersion }: { readonly resourceVersion?: string | undefined }) =>
        void done.push(resourceVersion === job.resourceVersion ? "stop what was seen" : "stop"),
      dropFinalizer: async () => void done.push("drop finalizer"),
    },
    pods: { ...offline.pods, listOfJobs: async () => [] },
  };
  await sweep(offlineHands(clock, new MemorySession(new MemoryZooKeeper()), { kube }));
  return done;
}

test.each<{ readonly name: string; readonly job: JobView; readonly status: unknown; readonly done: readonly string[] }>([
  { name: "is stopped while its window has no run", job: aJob("over"), status: {}, done: ["stop what was seen"] },
  { name: "is stopped while its window has another run", job: aJob("over"), status: { run: activeRun }, done: ["stop what was seen"] },
  { name: "is let go once it is being deleted", job: aJob("over", { deleting: "foreground" }), status: {}, done: ["drop finalizer"] },
  { name: "is left alone while its run is active", job: aJob("now"), status: { run: activeRun }, done: [] },
  { name: "is left alone while nobody can read which run is active", job: aJob("over"), status: { run: { id: "now" } }, done: [] },
  { name: "is left alone where nobody knows its run", job: aJob("over", { runId: undefined }), status: { run: activeRun }, done: [] },
  { name: "is left alone once it is history", job: aJob("over", { phase: "complete", finalizer: false }), status: {}, done: [] },
])("a Job of a run that is over $name", async ({ job, status, done }) => {
  expect(await swept(job, status)).toEqual(done);
});
