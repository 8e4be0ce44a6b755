// Carries out one decision: one effect, guarded by the look that it was decided on. What only status tells is done by
// publishing it. A guard that no longer holds is `stale`: nothing was done, and the next look will tell.
import { isKubeError, KubeError } from "../kube/errors.ts";
import { jobManifest } from "../kube/job-manifest.ts";
import type { Ref } from "../kube/json.ts";
import { assertNever, messageOf } from "../shared/errors.ts";
import type { Action, Outcome } from "../window/action.ts";
import { timeOf } from "../window/deadlines.ts";
import type { JobName } from "../window/observed.ts";
import { promoteRun, raiseSignals } from "../zookeeper/promote.ts";
import { queueRun } from "../zookeeper/queue.ts";
import { releaseRun } from "../zookeeper/release.ts";
import type { Commit } from "../zookeeper/run-locks.ts";
import { ZooKeeperError } from "../zookeeper/session.ts";
import { evict, revoke } from "./evict.ts";
import type { Hands } from "./hands.ts";
import type { Look } from "./observe.ts";

const DONE: Outcome = { kind: "done" };

export async function act(action: Action, look: Look, hands: Hands): Promise<Outcome> {
  try {
    return await carryOut(action, look, hands);
  } catch (error) {
    if (isKubeError(error, "Conflict", "NotFound")) return { kind: "stale", message: error.message };
    if (error instanceof KubeError || error instanceof ZooKeeperError) return { kind: "failed", message: messageOf(error) };
    throw error;
  }
}

function carryOut(action: Action, look: Look, hands: Hands): Promise<Outcome> | Outcome {
  const { kube } = hands;
  switch (action.do) {
    case "nothing":
    case "skip":
    case "begin":
    case "name Job":
    case "begin evicting":
    case "give up":
    case "record":
    case "close":
      return DONE;
    case "add finalizer":
      return done(kube.windows.setFinalizer(look.window, true));
    case "remove finalizer":
      return done(kube.windows.setFinalizer(look.window, false));
    case "create Job":
      return createJob(look, hands);
    case "issue token":
      return issueToken(action.atLeast, hands);
    case "start Job":
      return startJob(action.job, action.token, look, hands);
    case "let Pod go":
      return letGo(action.pod.uid, action.token, look, hands);
    case "evict":
      return evict(action.pod, look, hands);
    case "revoke":
      return revoke(action.readers, look);
    case "stop Job":
      return withJob(action.job, look, (job) => kube.jobs.stop(job));
    case "remove Job finalizer":
      return withJob(action.job, look, (job) => kube.jobs.dropFinalizer(job));
    case "delete Job":
      return done(kube.jobs.stop({ namespace: look.window.namespace, ...action.job }));
    case "queue":
    case "promote":
    case "raise":
    case "release":
      return change(action.do, look);
    default:
      return assertNever(action);
  }
}

async function done(effect: Promise<unknown>): Promise<Outcome> {
  await effect;
  return DONE;
}

async function createJob({ window }: Look, { kube, installation }: Hands): Promise<Outcome> {
  const { run } = window.status;
  if (run === undefined) return { kind: "stale", message: "the run is over" };
  try {
    const made = await kube.jobs.create(jobManifest({ template: window.spec.jobTemplate, window, run, installation }));
    return made.kind === "created" ? DONE : { kind: "stale", message: `Job ${run.jobName} exists` };
  } catch (error) {
    if (isKubeError(error, "Invalid", "Forbidden")) {
      return { kind: "refused", message: `spec.jobTemplate: the API server refuses Job ${run.jobName}: ${error.message}` };
    }
    throw error;
  }
}

async function issueToken(atLeast: string, { kube }: Hands): Promise<Outcome> {
  return { kind: "done", token: (await kube.fencingMark.raise(BigInt(atLeast))).toString() };
}

async function startJob(job: JobName, token: string, look: Look, { kube, clock }: Hands): Promise<Outcome> {
  const { run } = look.window.status;
  const left = Math.ceil(((timeOf(run?.deadlineTime) ?? 0) - clock.now()) / 1000);
  const asked = look.window.spec.jobTemplate.spec?.activeDeadlineSeconds ?? left;
  const activeDeadlineSeconds = Math.max(1, Math.min(left, asked));
  return withJob(job, look, (seen) => kube.jobs.start(seen, { token, activeDeadlineSeconds }));
}

async function withJob(wanted: JobName, look: Look, effect: (job: Ref) => Promise<void>): Promise<Outcome> {
  if (look.job?.uid !== wanted.uid) return { kind: "stale", message: `Job ${wanted.name} has changed` };
  await effect(look.job);
  return DONE;
}

async function letGo(podUid: string, token: string, look: Look, { kube }: Hands): Promise<Outcome> {
  const pod = look.pods.find((seen) => seen.uid === podUid);
  if (pod === undefined) return { kind: "stale", message: "the Pod has changed" };
  await kube.pods.letGo(pod, token);
  return DONE;
}

const changes = { queue: queueRun, promote: promoteRun, raise: raiseSignals, release: releaseRun };

async function change(what: keyof typeof changes, { locks }: Look): Promise<Outcome> {
  if (locks === undefined) return { kind: "stale", message: "ZooKeeper was not read" };
  const commit: Commit = await changes[what](locks.session, locks.identity, locks.look);
  return commit.kind === "done" ? DONE : { kind: "stale", message: commit.message };
}
