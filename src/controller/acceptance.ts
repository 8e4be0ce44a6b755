// Whether a window can work: asked while no run of it is active, so that a mistake is a condition now and not a failure at
// night. The dry run asks the API server for its judgement of the Job; nothing is created anywhere.
import type { Window } from "../crds/parse.ts";
import { isKubeError, KubeError } from "../kube/errors.ts";
import { jobManifest } from "../kube/job-manifest.ts";
import { type LockPaths, parentPath } from "../protocol/paths.ts";
import { upcomingClockChange, zoneWarning } from "../schedule/clock-change.ts";
import { clockChangeText } from "../schedule/clock-change-text.ts";
import { parseSchedule } from "../schedule/cron.ts";
import { jobName, jobNameProblem } from "../schedule/run-id.ts";
import { messageOf } from "../shared/errors.ts";
import type { Acceptance, Problem, Warning } from "../window/observed.ts";
import { ensureForProcessors } from "../zookeeper/lock-paths.ts";
import { type Session, ZooKeeperError } from "../zookeeper/session.ts";
import { type Hands, keyOf } from "./hands.ts";
import { lockProblems, samplesOf, standingPathsOf } from "./locks-of.ts";

/** How long a judgement of the API server on an unchanged spec is taken for good; what it depends on may change. */
const GOOD_FOR_MS = 60_000;

interface Judgement {
  readonly generation: number;
  readonly uid: string;
  readonly until: number;
  readonly acceptance: Acceptance;
}

/** `next`: the locks of the run that is due, or comes next. */
export type Accept = (window: Window, next: readonly LockPaths[]) => Promise<Acceptance>;

export interface Judge {
  readonly accept: Accept;
  /** The window of that key is gone, and so is it from what the watches have seen. */
  forget(key: string): void;
}

export function createJudge(hands: Hands): Judge {
  const judged = new Map<string, Judgement>();
  const made = new Map<string, string>();
  const accept: Accept = async (window, next) => {
    const problems = staticProblems(window, next, hands);
    if (problems.length > 0) return { kind: "refused", problems };
    const zookeeper = await zookeeperProblem(window, next, { hands, made });
    if (zookeeper !== undefined) return { kind: "hindered", problems: [zookeeper] };
    const known = judged.get(keyOf(window));
    const now = hands.clock.monotonic();
    if (known !== undefined && known.uid === window.uid && known.generation === window.generation && known.until > now)
      return known.acceptance;
    const acceptance = await judge(window, hands);
    // A window that went while it was judged has been forgotten already, and nobody would forget it a second time.
    if (acceptance.kind === "accepted" && hands.seen.windows.has(keyOf(window))) {
      judged.set(keyOf(window), { generation: window.generation, uid: window.uid, until: now + GOOD_FOR_MS, acceptance });
    }
    return acceptance;
  };
  const forget = (key: string) => {
    judged.delete(key);
    made.delete(key);
  };
  return { accept, forget };
}

/** Problems that nothing but another spec can mend. */
function staticProblems(window: Window, next: readonly LockPaths[], { seen, pathGrants }: Hands): readonly Problem[] {
  const { spec, name } = window;
  const parsed = parseSchedule(spec.schedule, spec.timeZone);
  const problems: Problem[] = [];
  if (parsed.kind === "problem") {
    const reason = parsed.field === "spec.timeZone" ? "InvalidTimeZone" : "InvalidSchedule";
    problems.push({ reason, message: `${parsed.field}: ${JSON.stringify(parsed.value)} ${parsed.message}` });
  }
  const tooLong = jobNameProblem(name);
  if (tooLong !== undefined) problems.push({ reason: "NameTooLong", message: `metadata.name: ${JSON.stringify(name)} ${tooLong}` });
  return [...problems, ...lockProblems(window, next, { others: seen.windows.values(), grants: pathGrants })];
}

async function judge(window: Window, hands: Hands): Promise<Acceptance> {
  const manifest = jobManifest({
    template: window.spec.jobTemplate,
    window,
    run: {
      id: "dry-run",
      jobName: jobName(window.name, "Schedule", "2000-01-01T00:00"),
      scheduledTime: "2000-01-01T00:00:00Z",
      deadlineTime: "2000-01-01T00:00:00Z",
    },
    installation: hands.installation,
  });
  try {
    const { warnings } = await hands.kube.jobs.dryRun(manifest);
    const account = await accountProblem(window, hands);
    if (account !== undefined) return { kind: "hindered", problems: [account] };
    const template = warnings.map((text) => ({
      reason: "JobTemplateWarning",
      message: `spec.jobTemplate: the API server warns: ${text}`,
      standing: true,
    }));
    return { kind: "accepted", warnings: [...template, ...scheduleWarnings(window, hands.clock.now())] };
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const message = `spec.jobTemplate: the API server refuses the Job: ${error.message}`;
    if (isKubeError(error, "Invalid")) return { kind: "refused", problems: [{ reason: "InvalidJobTemplate", message }] };
    if (isKubeError(error, "Forbidden")) return { kind: "hindered", problems: [{ reason: "JobForbidden", message }] };
    return { kind: "hindered", problems: [{ reason: "KubernetesUnavailable", message: messageOf(error) }] };
  }
}

/** The next clock change that concerns a run, so that nobody is surprised by it. */
function scheduleWarnings({ spec }: Window, now: number): readonly Warning[] {
  const zone = zoneWarning(spec.timeZone);
  const parsed = parseSchedule(spec.schedule, spec.timeZone);
  const next = parsed.kind === "schedule" && parsed.schedule.kind === "fixed" ? upcomingClockChange(parsed.schedule, now) : undefined;
  const warnings: Warning[] = [];
  if (zone !== undefined) {
    const message = `spec.timeZone: ${JSON.stringify(spec.timeZone)} ${zone}`;
    warnings.push({ reason: "AmbiguousTimeZone", message, standing: true });
  }
  if (next !== undefined) {
    warnings.push({ reason: "ClockChange", message: `spec.schedule: ${clockChangeText(next.change)}`, standing: false });
  }
  return warnings;
}

async function accountProblem({ namespace, spec }: Window, { kube }: Hands): Promise<Problem | undefined> {
  const name = spec.jobTemplate.spec?.template.spec?.serviceAccountName;
  if (name === undefined || name === "" || (await kube.serviceAccounts.exists(namespace, name))) return undefined;
  const field = "spec.jobTemplate.spec.template.spec.serviceAccountName";
  return {
    reason: "ServiceAccountNotFound",
    message: `${field}: there is no service account ${JSON.stringify(name)} in namespace ${namespace}; create it or name another`,
  };
}

interface Making {
  readonly hands: Hands;
  /** The lock paths that were made last, by the window's key. */
  readonly made: Map<string, string>;
}

async function zookeeperProblem(window: Window, next: readonly LockPaths[], { hands, made }: Making): Promise<Problem | undefined> {
  const current = hands.zookeeper.current();
  if (current.kind === "none") return { reason: "ZooKeeperUnavailable", message: current.why };
  const probes = samplesOf(window, next).flatMap(({ path, signalPath }) => [`${path}/_c_probe`, signalPath]);
  for (const probe of probes.filter((path) => path !== "")) {
    const problem = await accessProblem(current.session, probe);
    if (problem !== undefined) return problem;
  }
  return hands.makesLockPaths ? makeLockPaths(window, next, { session: current.session, seen: hands.seen, made }) : undefined;
}

interface Made extends Pick<Making, "made">, Pick<Hands, "seen"> {
  readonly session: Session;
}

async function makeLockPaths(window: Window, next: readonly LockPaths[], { session, seen, made }: Made): Promise<Problem | undefined> {
  // Hundreds of hours are made once. What stands for good is seen to at every pass, in case somebody deleted it.
  const paths = next.map(({ path }) => path).join();
  const standing = new Set(standingPathsOf(window));
  const isMade = made.get(keyOf(window)) === paths;
  const problem = await lockPathProblem(session, isMade ? next.filter(({ path }) => standing.has(path)) : next);
  if (problem === undefined && seen.windows.has(keyOf(window))) made.set(keyOf(window), paths);
  return problem;
}

/** Processors that may not make the nodes above a lock path could not work before the window's first run, were it not there. */
async function lockPathProblem(session: Session, locks: readonly LockPaths[]): Promise<Problem | undefined> {
  try {
    await ensureForProcessors(session, locks);
    return undefined;
  } catch (error) {
    if (!(error instanceof ZooKeeperError)) throw error;
    return problemOf(error, error.path ?? "a lock path");
  }
}

/** A version that no node has. */
const NO_VERSION = 2_147_483_647;

/** The first answer counts that is about the node itself: what is missing above it would be created too. */
async function accessProblem(session: Session, path: string): Promise<Problem | undefined> {
  for (let asked = path; asked !== "/"; asked = parentPath(asked)) {
    const answer = await askForNode(session, asked);
    if (answer !== "NoNode") return answer;
  }
  return undefined;
}

/** Asks for a node in a transaction that is bound to fail at its last operation: the servers judge it and nothing is done. */
async function askForNode(session: Session, path: string): Promise<Problem | "NoNode" | undefined> {
  try {
    const create = { op: "create", path, data: Buffer.alloc(0), mode: "ephemeral" } as const;
    await session.transaction([create, { op: "check", path: "/", version: NO_VERSION }]);
  } catch (error) {
    if (!(error instanceof ZooKeeperError)) throw error;
    return error.code === "NoNode" ? "NoNode" : problemOf(error, path);
  }
  return undefined;
}

function problemOf(error: ZooKeeperError, path: string): Problem | undefined {
  if (error.code === "NoAuth" || error.code === "AuthFailed") {
    const message = `ZooKeeper does not let the controller create ${path}: check the credentials in the Secret exclusive-window-zookeeper-auth, or the ACL of the node above`;
    return { reason: "ZooKeeperAccessDenied", message };
  }
  if (error.code === "ConnectionLoss" || error.code === "Timeout" || error.code === "SessionLost") {
    return { reason: "ZooKeeperUnavailable", message: `ZooKeeper did not answer: ${error.message}` };
  }
  return undefined;
}
