// Clears up after windows that are gone with their finalizer stripped: their Jobs are stopped, and once neither a Job nor a Pod
// of a run is left its locks are released. Only this installation's, and only after uncached reads that say so.
import { runLabel } from "../crds/meta.ts";
import { parseWindow } from "../crds/parse.ts";
import { isKubeError } from "../kube/errors.ts";
import type { JobView } from "../kube/job-view.ts";
import type { PodView } from "../kube/pod-view.ts";
import { messageOf } from "../shared/errors.ts";
import { releaseRun } from "../zookeeper/release.ts";
import type { HeldEntry } from "../zookeeper/run-locks.ts";
import { lookAtRun } from "../zookeeper/run-look.ts";
import type { Session } from "../zookeeper/session.ts";
import { listHeld, sweepSignals } from "../zookeeper/sweep.ts";
import type { Hands } from "./hands.ts";

/** One round. Throws KubeError or ZooKeeperError where something could not be read; the next round tries again. */
export async function sweep(hands: Hands): Promise<void> {
  const jobs = await hands.kube.jobs.listByInstallation(hands.installation);
  const orphans = await withoutWindow(jobs, hands);
  for (const job of orphans) await endOrphan(job, hands);
  const current = hands.zookeeper.current();
  if (current.kind === "none") return;
  for (const entry of await listHeld(current.session, hands.installation)) await releaseOrphan(entry, current.session, hands);
  const pruned = await sweepSignals(current.session);
  if (pruned > 0) hands.log.info("took runs that are gone out of signals", { pruned });
}

/** The windows are read after the Jobs: a window that was made since cannot be missed. */
async function withoutWindow(jobs: readonly JobView[], { kube }: Hands): Promise<readonly JobView[]> {
  const suspects = jobs.filter(
    (job) => job.windowUid !== undefined && (job.finalizer || job.phase === "suspended" || job.phase === "active"),
  );
  if (suspects.length === 0) return [];
  const uids = new Set((await kube.windows.list()).map((object) => uidOf(object)));
  return suspects.filter((job) => job.windowUid !== undefined && !uids.has(job.windowUid));
}

function uidOf(object: unknown): string {
  const parsed = parseWindow(object);
  return parsed.kind === "window" ? parsed.window.uid : parsed.uid;
}

async function endOrphan(job: JobView, { kube, log }: Hands): Promise<void> {
  const fields = { namespace: job.namespace, name: job.name, windowUid: job.windowUid };
  try {
    const live = (await kube.pods.listOfJobs(job.namespace, [job.uid])).filter((pod) => pod.phase !== "ended");
    if (isToBeStopped(job, live)) {
      log.warn("stopping a Job whose window is gone", fields);
      await kube.jobs.stop(job);
    } else if (job.finalizer && live.length === 0) {
      await kube.jobs.dropFinalizer(job);
    }
  } catch (error) {
    if (!isKubeError(error, "Conflict", "NotFound")) throw error;
    log.info("the Job changed meanwhile", { ...fields, error: messageOf(error) });
  }
}

/** As src/window/job-end.ts says of a run's own Job: the foreground mark goes with the Pods, and is then not set again. */
function isToBeStopped({ deleting, uid }: JobView, live: readonly PodView[]): boolean {
  return deleting === "no" || (deleting === "background" && live.some((pod) => pod.jobUid === uid));
}

async function releaseOrphan(entry: HeldEntry, session: Session, hands: Hands): Promise<void> {
  const { window, runId, locks, installation } = entry;
  if (window === undefined) {
    // Nobody can tell whose it is, so nobody may release it.
    hands.log.error("an entry below _held was overwritten and is left alone: find its run, release it by hand", { runId, installation });
    return;
  }
  const found = await hands.kube.windows.get(window.namespace, window.name);
  if (found !== undefined && uidOf(found) === window.uid) return;
  const jobs = await hands.kube.jobs.listByWindow(window.namespace, window.uid);
  if (jobs.some((job) => job.runId === runId && (job.phase === "suspended" || job.phase === "active"))) return;
  const pods = await hands.kube.pods.listBySelector(window.namespace, `${runLabel}=${runId}`);
  if (pods.some((pod) => pod.phase !== "ended")) return;
  const identity = { installation, runId, window, locks };
  const commit = await releaseRun(session, identity, await lookAtRun(session, identity));
  hands.log.warn("released the locks of a window that is gone", { ...window, runId, outcome: commit.kind });
}
