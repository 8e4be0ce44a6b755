// Gathers what the verdict rests on: the processors' own records, the Job's own log, the ZooKeeper server's own counters.
import { setTimeout as sleep } from "node:timers/promises";
import { fourLetterWord } from "../dev/zookeeper/four-letter-word.ts";
import { messageOf } from "../src/shared/errors.ts";
import { type JobInterval, parseJobLog } from "./job-log.ts";
import type { Kubectl } from "./kubectl.ts";
import { type Look, processorPath, statsOf } from "./look.ts";
import { lockPath, namespace } from "./manifests.ts";
import { type SeenPod, type SeenStats, seenRecords } from "./seen.ts";
import { type CountSnapshot, type ProcessorCount, snapshotOf } from "./server-count.ts";
import type { Stage } from "./stage.ts";
import type { ProcessorRecords } from "./verdict.ts";

const snapshotTries = 100;
const betweenTriesMs = 50;

/** Counts at an instant at which no processor was sending. Throws when there was none, or a processor holds no read lock. */
export async function countNow({ kubectl, session, zookeeper }: Stage, pods: readonly SeenPod[]): Promise<CountSnapshot> {
  const sessions = await sessionsByAddress({ session });
  const counts = async () => pods.map(countOf(await statsOf(kubectl, pods), sessions));
  for (let tries = 0; tries < snapshotTries; tries++) {
    const before = await counts();
    const cons = await fourLetterWord(zookeeper, "cons");
    const snapshot = snapshotOf(before, cons, await counts());
    if (snapshot !== undefined) return snapshot;
    await sleep(betweenTriesMs);
  }
  throw new Error("the processors never stopped sending to ZooKeeper, so its counters cannot be compared");
}

/** Pod address -> session id, by the read nodes: a gate writes the one, the server knows the other. */
async function sessionsByAddress({ session }: Pick<Stage, "session">): Promise<ReadonlyMap<string, string>> {
  const names = (await session.children(lockPath)) ?? [];
  const nodes = await Promise.all(names.map((name) => session.get(`${lockPath}/${name}`)));
  const sessions = new Map<string, string>();
  for (const node of nodes) if (node?.stat.ephemeralOwner !== undefined) sessions.set(node.data.toString(), node.stat.ephemeralOwner);
  return sessions;
}

function countOf(stats: ReadonlyMap<string, SeenStats>, sessions: ReadonlyMap<string, string>): (pod: SeenPod) => ProcessorCount {
  return (pod) => {
    const own = stats.get(pod.metadata.name);
    const session = sessions.get(pod.status.podIP ?? "");
    if (own === undefined) throw new Error(`${pod.metadata.name} did not answer`);
    if (session === undefined) throw new Error(`${pod.metadata.name} holds no read lock`);
    return { session, events: own.events, requests: own.zookeeper.requests, heartbeats: own.zookeeper.heartbeats };
  };
}

/** The records of the processors that `first` saw. A processor that is gone, or answers something else, is missing. */
export async function recordsOf(kubectl: Kubectl, first: Look, complain: (line: string) => void): Promise<readonly ProcessorRecords[]> {
  const records = await Promise.all(
    first.pods.map(async ({ metadata }) => {
      try {
        return recordsFrom(
          metadata.name,
          first.stats.get(metadata.name),
          await kubectl.get(processorPath(metadata.name, "/records?from=0")),
        );
      } catch (error) {
        complain(`no records of ${metadata.name}: ${messageOf(error)}`);
        return undefined;
      }
    }),
  );
  return records.filter((one) => one !== undefined);
}

function recordsFrom(pod: string, first: SeenStats | undefined, answer: unknown): ProcessorRecords {
  const { instance, bootId, baseNs, dropped, starts, ends } = seenRecords.parse(answer);
  return { pod, bootId, instance, firstInstance: first?.instance ?? "", baseNs: BigInt(baseNs), starts, ends, dropped };
}

/** What the Job's Pods logged, the earliest first. A log that cannot be read is an empty one: the verdict then says what is missing. */
export async function jobIntervalOf(kubectl: Kubectl, pods: readonly SeenPod[]): Promise<JobInterval> {
  const logs = await Promise.all(pods.map((pod) => kubectl.attempt(["--namespace", namespace, "logs", pod.metadata.name])));
  return parseJobLog(logs.map((log) => log.stdout).join("\n"));
}
