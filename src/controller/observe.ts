// Gathers the facts of one look, uncached: the window (by the caller), then Job and Pods, then ZooKeeper. The other order is
// wrong: a Job seen ended before the locks were looked at cannot begin again, but a lock seen first may have gone since.
// What cannot be read becomes `unknown` here and nowhere else.
import { abandonAnnotation, finalizer, runRequestAnnotation } from "../crds/meta.ts";
import type { Window } from "../crds/parse.ts";
import type { RunRecord } from "../crds/status.ts";
import type { JobView } from "../kube/job-view.ts";
import type { PodView } from "../kube/pod-view.ts";
import type { RunIdentity } from "../protocol/node-data.ts";
import type { LockPaths } from "../protocol/paths.ts";
import { parseSchedule } from "../schedule/cron.ts";
import type { Nominal } from "../schedule/lock-hours.ts";
import { type Due, nothingDue, occurrence } from "../schedule/occurrence.ts";
import { messageOf } from "../shared/errors.ts";
import { asksForReaders } from "../window/late-drain.ts";
import type { Acceptance, JobFacts, JobName, LocksFacts, Observed, PodFacts, PodsFacts } from "../window/observed.ts";
import type { RunLook } from "../zookeeper/run-locks.ts";
import { lookAtRun } from "../zookeeper/run-look.ts";
import type { Session } from "../zookeeper/session.ts";
import type { Accept } from "./acceptance.ts";
import type { Hands } from "./hands.ts";
import { readLateReaders } from "./late-readers.ts";
import { lockFactsOf } from "./lock-facts.ts";
import { locksOf } from "./locks-of.ts";
import type { Participants } from "./participants.ts";

/** The facts, and the very states that were read: what is done next is guarded by them. */
export interface Look {
  readonly window: Window;
  readonly observed: Observed;
  readonly job: JobView | undefined;
  readonly pods: readonly PodView[];
  readonly locks: { readonly session: Session; readonly identity: RunIdentity; readonly look: RunLook } | undefined;
}

/** What is judged and counted by those who remember what they last found. */
export interface Asked {
  readonly accept: Accept;
  readonly participants: Pick<Participants, "now">;
}

/** Undefined: the Job changed between the reads, so they are no look at all. */
export async function observe(window: Window, asked: Asked, hands: Hands): Promise<Look | undefined> {
  const { run } = window.status;
  if (run === undefined) return observeIdle(window, asked, hands);
  const job = await readJob(window, run, hands);
  const pods = await readPods(window, run, job, hands);
  // A Pod is let go by a patch that only its own state guards. If the Job was deleted before the Pods were listed, somebody else
  // may have found none, recorded the result and be about to release, while the Job controller made this one from a stale cache.
  if (!isSameJob(job.facts, (await readJob(window, run, hands)).facts)) return undefined;
  const locks = await readLocks(window, run, hands);
  const alone: Observed = {
    ...common(window, hands),
    acceptance: { kind: "not asked" },
    job: job.facts,
    pods: pods.facts,
    locks: locks.facts,
    participants: { kind: "not asked" },
    readers: { kind: "not asked" },
    surplusJobs: [],
  };
  const readers = asksForReaders(alone) ? await readLateReaders(window, locks.seen, hands) : alone.readers;
  return { window, observed: { ...alone, readers }, job: job.view, pods: pods.views, locks: locks.seen };
}

async function observeIdle(window: Window, { accept, participants }: Asked, hands: Hands): Promise<Look> {
  const facts = common(window, hands);
  const acceptance: Acceptance = window.deleting ? { kind: "not asked" } : await accept(window, nextLocks(window, facts));
  const mustBeThere = window.spec.requireParticipants && facts.due.kind === "start" && acceptance.kind === "accepted";
  const observed: Observed = {
    ...facts,
    acceptance,
    job: { kind: "absent" },
    pods: { kind: "pods", pods: [] },
    locks: { kind: "unknown", why: "no run is active" },
    participants: mustBeThere ? await participants.now(window) : { kind: "not asked" },
    readers: { kind: "not asked" },
    surplusJobs: surplusJobs(window, hands),
  };
  return { window, observed, job: undefined, pods: [], locks: undefined };
}

function nextLocks(window: Window, { due, now }: Pick<Observed, "due" | "now">): readonly LockPaths[] {
  return due.kind === "start" ? due.run.locks : locksOf(window, { at: due.next?.at ?? now, leftOut: undefined });
}

function common(window: Window, hands: Hands): Pick<Observed, "now" | "window" | "due"> {
  const { namespace, name, uid, generation, deleting, spec, status, annotations } = window;
  const held = window.finalizers.includes(finalizer);
  const abandon = annotations[abandonAnnotation];
  const now = hands.clock.now();
  return { now, window: { namespace, name, uid, generation, deleting, held, spec, status, abandon }, due: dueOf(window, now) };
}

function dueOf(window: Window, now: number): Due {
  const { name, uid, generation, spec, status, annotations } = window;
  const parsed = parseSchedule(spec.schedule, spec.timeZone);
  if (parsed.kind === "problem") return nothingDue();
  const locks = (nominal: Nominal) => locksOf(window, nominal).map(({ path, signalPath }) => ({ path, signalPath }));
  const runRequest = annotations[runRequestAnnotation];
  const createdAt = window.createdAtMs ?? now;
  const asked = { now, name, uid, generation, createdAt, spec, status, runRequest, locks };
  return occurrence(asked, parsed.schedule);
}

async function readJob(window: Window, run: RunRecord, { kube }: Hands): Promise<{ facts: JobFacts; view: JobView | undefined }> {
  try {
    const view = await kube.jobs.get(window.namespace, run.jobName);
    return { facts: jobFacts(window, run, view), view };
  } catch (error) {
    return { facts: { kind: "unknown", why: messageOf(error) }, view: undefined };
  }
}

function isSameJob(a: JobFacts, b: JobFacts): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function jobFacts(window: Window, run: RunRecord, job: JobView | undefined): JobFacts {
  if (job === undefined) return { kind: "absent" };
  const ours = job.uid === run.jobRef?.uid || (job.windowUid === window.uid && job.runId === run.id);
  if (!ours) {
    const message = `there is a Job ${job.namespace}/${job.name} that this run did not make; delete or rename it, then run the window again`;
    return { kind: "foreign", uid: job.uid, message };
  }
  const { uid, phase, message, deleting, token } = job;
  return { kind: "job", uid, phase, message, deleting, held: job.finalizer, token };
}

type SeenJob = Awaited<ReturnType<typeof readJob>>;

async function readPods(
  window: Window,
  run: RunRecord,
  job: SeenJob,
  { kube }: Hands,
): Promise<{ facts: PodsFacts; views: readonly PodView[] }> {
  const own = job.facts.kind === "job" ? job.facts.uid : undefined;
  const uids = [...new Set([run.jobRef?.uid, own].filter((uid) => uid !== undefined))];
  try {
    const views = await kube.pods.listOfJobs(window.namespace, uids);
    return { facts: { kind: "pods", pods: views.map(podFacts) }, views };
  } catch (error) {
    return { facts: { kind: "unknown", why: messageOf(error) }, views: [] };
  }
}

export function podFacts(pod: PodView): PodFacts {
  const { name, uid, jobUid = "", started, deleting, unreachable, message } = pod;
  return { name, uid, jobUid, phase: phaseOf(pod), started, deleting, reachable: !unreachable, message };
}

function phaseOf({ phase, gated }: PodView): PodFacts["phase"] {
  // A Pod that failed behind our gate never starts.
  if (gated && phase !== "ended") return "gated";
  return phase === "gated" || phase === "pending" ? "waiting" : phase;
}

async function readLocks(window: Window, run: RunRecord, hands: Hands): Promise<{ facts: LocksFacts; seen: Look["locks"] }> {
  const current = hands.zookeeper.current();
  if (current.kind === "none") return { facts: { kind: "unknown", why: current.why }, seen: undefined };
  const { session } = current;
  const identity = identityOf(window, run, hands.installation);
  try {
    const look = await lookAtRun(session, identity);
    return { facts: lockFactsOf(look, identity), seen: { session, identity, look } };
  } catch (error) {
    return { facts: { kind: "unknown", why: messageOf(error) }, seen: undefined };
  }
}

function identityOf({ namespace, name, uid }: Window, run: RunRecord, installation: string): RunIdentity {
  const locks = run.locks.map(({ path, signalPath }) => ({ path, signalPath }));
  return { installation, runId: run.id, window: { namespace, name, uid }, locks };
}

/** From what the watches saw: a Job seen ended stays ended, and its deletion names its uid. */
function surplusJobs(window: Window, { seen }: Hands): readonly JobName[] {
  const over = [...seen.jobs.values()].filter((job) => job.windowUid === window.uid && job.deleting === "no" && !job.finalizer);
  const beyond = (phase: JobView["phase"], limit: number) => {
    const jobs = over.filter((job) => job.phase === phase).sort((a, b) => (a.createdTime ?? "").localeCompare(b.createdTime ?? ""));
    return jobs.slice(0, Math.max(0, jobs.length - limit));
  };
  const { successfulJobsHistoryLimit: good, failedJobsHistoryLimit: bad } = window.spec;
  return [...beyond("complete", good), ...beyond("failed", bad)].map(({ name, uid }) => ({ name, uid }));
}
