// One look at everything that the demo shows and waits for: the processors (through the API server), the window, its Job, and the
// znodes. Reads only. What does not answer is left out of the look; it never stops one.
import type { z } from "zod";
import { group, plural, version, windowLabel } from "../src/crds/meta.ts";
import { sortLockNodes } from "../src/protocol/lock-nodes.ts";
import type { Session } from "../src/zookeeper/session.ts";
import type { Kubectl } from "./kubectl.ts";
import { lockPath, namespace, processorLabel, processorPort, signalPath, windowName } from "./manifests.ts";
import { jobList, podList, type SeenJob, type SeenPod, type SeenStats, type SeenWindow, seenStats, seenWindow } from "./seen.ts";
import type { ProcessorSight, Sight, ZooKeeperSight } from "./timeline.ts";

export interface Look {
  /** Those that are not being deleted, by name. */
  readonly pods: readonly SeenPod[];
  /** Pod name -> what it says of itself. */
  readonly stats: ReadonlyMap<string, SeenStats>;
  readonly window: SeenWindow | undefined;
  /** Of the window, and their Pods; less those that were to be ignored. */
  readonly jobs: readonly SeenJob[];
  readonly jobPods: readonly SeenPod[];
  readonly zookeeper: ZooKeeperSight | undefined;
}

export const windowPath = `/apis/${group}/${version}/namespaces/${namespace}/${plural}/${windowName}`;
const podsPath = `/api/v1/namespaces/${namespace}/pods`;
const ofWindow = `?labelSelector=${encodeURIComponent(`${windowLabel}=${windowName}`)}`;
const jobNameLabel = "batch.kubernetes.io/job-name";
const ofProcessors = `?labelSelector=${encodeURIComponent(`app=${processorLabel}`)}`;

/** A path of one processor, through the API server. */
export function processorPath(pod: string, path: string): string {
  return `${podsPath}/${pod}:${processorPort}/proxy${path}`;
}

/** `earlierJobs`: names of Jobs that are of no interest, with their Pods. */
export async function look(kubectl: Kubectl, session: Session, earlierJobs: ReadonlySet<string>): Promise<Look> {
  const [pods, window, jobs, jobPods, zookeeper] = await Promise.all([
    read(kubectl, `${podsPath}${ofProcessors}`, podList),
    read(kubectl, windowPath, seenWindow),
    read(kubectl, `/apis/batch/v1/namespaces/${namespace}/jobs${ofWindow}`, jobList),
    read(kubectl, `${podsPath}${ofWindow}`, podList),
    lookAtLock(session).catch(() => undefined),
  ]);
  const alive = (pods?.items ?? []).filter((pod) => pod.metadata.deletionTimestamp === undefined);
  alive.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const stats = await statsOf(kubectl, alive);
  const newJobs = (jobs?.items ?? []).filter((job) => !earlierJobs.has(job.metadata.name));
  const newPods = (jobPods?.items ?? []).filter((pod) => !earlierJobs.has(pod.metadata.labels?.[jobNameLabel] ?? ""));
  return { pods: alive, stats, window, jobs: newJobs, jobPods: newPods, zookeeper };
}

/** What the processors say of themselves; those that do not answer are left out. */
export async function statsOf(kubectl: Kubectl, pods: readonly SeenPod[]): Promise<ReadonlyMap<string, SeenStats>> {
  const names = pods.map((pod) => pod.metadata.name);
  const answers = await Promise.all(names.map((name) => read(kubectl, processorPath(name, "/stats"), seenStats)));
  const stats = new Map<string, SeenStats>();
  for (const [i, name] of names.entries()) {
    const answer = answers[i];
    if (answer !== undefined) stats.set(name, answer);
  }
  return stats;
}

async function read<T>(kubectl: Kubectl, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.safeParse(await kubectl.get(path)).data;
  } catch {
    return undefined;
  }
}

async function lookAtLock(session: Session): Promise<ZooKeeperSight> {
  const [signal, names] = await Promise.all([session.exists(signalPath), session.children(lockPath)]);
  const nodes = sortLockNodes(names ?? []);
  const hasWriter = nodes.some((node) => node.kind === "write");
  return {
    signal: signal === undefined ? "down" : "up",
    readers: nodes.filter((node) => node.kind === "read").length,
    writer: nodes[0]?.kind === "write" ? "held" : hasWriter ? "queued" : "none",
  };
}

/** The same look as the timeline shows it. */
export function sightOf(seen: Look, elapsedMs: number): Sight {
  const processors = seen.pods.map((pod): ProcessorSight => {
    const stats = seen.stats.get(pod.metadata.name);
    const name = pod.metadata.name.split("-").at(-1) ?? pod.metadata.name;
    return { name, state: stats?.state ?? "?", eventsPerSecond: stats?.eventsPerSecond ?? 0, inFlight: stats?.inFlight ?? 0 };
  });
  const ready = seen.window?.status?.conditions?.find((condition) => condition.type === "Ready");
  return { elapsedMs, processors, zookeeper: seen.zookeeper, window: ready?.reason ?? "-", job: jobWord(seen) };
}

/** How far the Job is, in one word. */
export function jobWord({ jobs, jobPods }: Pick<Look, "jobs" | "jobPods">): string {
  const [pod] = jobPods;
  if (pod === undefined) return jobs[0] === undefined ? "none" : jobs[0].spec.suspend === true ? "suspended" : "created";
  if ((pod.spec.schedulingGates ?? []).length > 0) return "gated";
  return (pod.status.phase ?? "Pending").toLowerCase();
}
