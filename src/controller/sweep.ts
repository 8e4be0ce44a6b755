// Clears up after runs that nobody looks after: their window is gone with its finalizer stripped, or it names another run or none, and
// a Job or a place in the queue came late. Their Jobs are stopped, and once no Job of a run and no Pod that may run is left its
// locks are released.
// Only this installation's, and only after uncached reads that say so.
import { runLabel } from "../crds/meta.ts";
import { parseWindow, unreadableRun } from "../crds/parse.ts";
import { isKubeError } from "../kube/errors.ts";
import type { JobView } from "../kube/job-view.ts";
import { messageOf } from "../shared/errors.ts";
import { livePods } from "../window/job-end.ts";
import type { PodFacts } from "../window/observed.ts";
import { releaseRun } from "../zookeeper/release.ts";
import type { HeldEntry } from "../zookeeper/run-locks.ts";
import { lookAtRun } from "../zookeeper/run-look.ts";
import type { Session } from "../zookeeper/session.ts";
import { listHeld, sweepSignals } from "../zookeeper/sweep.ts";
import type { Hands } from "./hands.ts";
import type { OrphanedLock } from "./metrics.ts";
import { podFacts } from "./observe.ts";

/** One round. Throws KubeError or ZooKeeperError where something could not be read; the next round tries again. */
export async function sweep(hands: Hands): Promise<void> {
  const jobs = await hands.kube.jobs.listByInstallation(hands.installation);
  const orphans = await withoutRun(jobs, hands);
  for (const job of orphans) await endOrphan(job, hands);
  const current = hands.zookeeper.current();
  if (current.kind === "none") return;
  await releaseOrphans(current.session, hands);
  const pruned = await sweepSignals(current.session);
  if (pruned > 0) hands.log.info("took runs that are gone out of signals", { pruned });
}

/**
 * The windows are read after the Jobs. So a window that was made since cannot be missed; and since a run's intent is in status
 * before its Job is created, a window that names no run, or another, is done with the Job's.
 */
async function withoutRun(jobs: readonly JobView[], { kube }: Hands): Promise<readonly JobView[]> {
  const suspects = jobs.filter(
    (job) => job.windowUid !== undefined && (job.finalizer || job.phase === "suspended" || job.phase === "active"),
  );
  if (suspects.length === 0) return [];
  const windows = new Map((await kube.windows.list()).map(activeRun));
  return suspects.filter((job) => isOrphan(job, windows.get(job.windowUid ?? "")));
}

type ActiveRun = { readonly kind: "run"; readonly id: string | undefined } | { readonly kind: "unreadable" };

function activeRun(object: unknown): readonly [uid: string, run: ActiveRun] {
  const parsed = parseWindow(object);
  if (parsed.kind === "invalid") return [parsed.uid, { kind: "unreadable" }];
  const { uid, status } = parsed.window;
  return [uid, unreadableRun(parsed) === undefined ? { kind: "run", id: status.run?.id } : { kind: "unreadable" }];
}

function isOrphan({ runId }: JobView, window: ActiveRun | undefined): boolean {
  if (window === undefined) return true;
  return window.kind === "run" && runId !== undefined && runId !== window.id;
}

function isOwned({ window, runId }: HeldEntry, object: unknown): boolean {
  const [uid, run] = activeRun(object);
  return uid === window?.uid && (run.kind === "unreadable" || run.id === runId);
}

async function endOrphan(job: JobView, { kube, log }: Hands): Promise<void> {
  const fields = { namespace: job.namespace, name: job.name, windowUid: job.windowUid };
  try {
    const live = livePods((await kube.pods.listOfJobs(job.namespace, [job.uid])).map(podFacts));
    if (isToBeStopped(job, live)) {
      log.warn("stopping a Job whose run is over, or its window gone", fields);
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
function isToBeStopped({ deleting, uid }: JobView, live: readonly PodFacts[]): boolean {
  return deleting === "no" || (deleting === "background" && live.some((pod) => pod.jobUid === uid));
}

/** Those that cannot be released yet are measured: processors wait for them. */
async function releaseOrphans(session: Session, hands: Hands): Promise<void> {
  const left: OrphanedLock[] = [];
  for (const entry of await listHeld(session, hands.installation)) {
    if ((await releaseOrphan(entry, session, hands)) === "left") {
      left.push({ window: entry.window, ageSeconds: (hands.clock.now() - entry.sinceMs) / 1000 });
    }
  }
  hands.metrics.orphanedLocks(left);
}

/** "left": nobody looks after it any more, and it cannot be released yet. */
async function releaseOrphan(entry: HeldEntry, session: Session, hands: Hands): Promise<"owned" | "released" | "left"> {
  const { window, runId, locks, installation } = entry;
  if (window === undefined) {
    // Nobody can tell whose it is, so nobody may release it.
    hands.log.error("an entry below _held was overwritten and is left alone: find its run, release it by hand", { runId, installation });
    return "left";
  }
  // Read after the entry: a run's intent is in status before it queues, so a window that names another run or none is done with it.
  // A transaction that was decided on an old look may queue a run which another controller has closed meanwhile.
  const found = await hands.kube.windows.get(window.namespace, window.name);
  if (found !== undefined && isOwned(entry, found)) return "owned";
  const jobs = await hands.kube.jobs.listByWindow(window.namespace, window.uid);
  if (jobs.some((job) => job.runId === runId && (job.phase === "suspended" || job.phase === "active"))) return "left";
  const pods = await hands.kube.pods.listBySelector(window.namespace, `${runLabel}=${runId}`);
  if (livePods(pods.map(podFacts)).length > 0) return "left";
  const identity = { installation, runId, window, locks };
  const commit = await releaseRun(session, identity, await lookAtRun(session, identity));
  hands.log.warn("released the locks of a run that nobody looks after", { ...window, runId, outcome: commit.kind });
  return commit.kind === "done" ? "released" : "left";
}
