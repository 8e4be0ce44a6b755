// Who holds the read locks that a late drain waits for: the Pods of annotated workloads among them may be evicted, all others are
// only named. Uncached, since somebody's Pod depends on it.
import type { Window } from "../crds/parse.ts";
import type { RunRecord } from "../crds/status.ts";
import type { WorkloadPod } from "../kube/workloads.ts";
import { messageOf } from "../shared/errors.ts";
import { timeOf } from "../window/deadlines.ts";
import type { ReadersFacts } from "../window/observed.ts";
import { type ReaderAhead, readersAhead } from "../zookeeper/revoke.ts";
import type { RunLook } from "../zookeeper/run-locks.ts";
import type { Session } from "../zookeeper/session.ts";
import type { Hands } from "./hands.ts";
import { holdingPods } from "./holding.ts";
import { holderText } from "./lock-facts.ts";

const MOST_NAMES = 20;

interface SeenLocks {
  readonly session: Session;
  readonly look: RunLook;
}

/** `locks`: as this very look has just seen them. */
export async function readLateReaders(window: Window, locks: SeenLocks | undefined, hands: Hands): Promise<ReadersFacts> {
  if (locks === undefined) return { kind: "unknown", why: "ZooKeeper was not read" };
  try {
    const pods = (await podsOf(window, hands)).filter((pod) => mayHold(pod, window.status.run));
    const readers = await readersAhead(locks.session, locks.look);
    const isOf = (reader: ReaderAhead) => holdingPods(pods, [reader]).length > 0;
    return {
      kind: "readers",
      revocable: readers.filter((reader) => reader.isRevocable).map(({ path, name, version }) => ({ path, name, version })),
      pods: holdingPods(pods, readers).map(({ name, uid, deleting }) => ({ name, uid, deleting })),
      others: readers
        .filter((reader) => !isOf(reader))
        .slice(0, MOST_NAMES)
        .map(holderText),
    };
  } catch (error) {
    return { kind: "unknown", why: messageOf(error) };
  }
}

async function podsOf({ namespace, name }: Window, { kube }: Hands): Promise<readonly WorkloadPod[]> {
  const annotated = (await kube.workloads.list(namespace)).filter((workload) => workload.windows.includes(name));
  const found = await kube.workloads.participants(namespace, annotated);
  return [...new Map(found.flatMap(({ pods }) => pods).map((pod) => [pod.uid, pod])).values()];
}

/**
 * Whether a lock of its address can be its own. Pods on their node's network share an address with others; and a Pod that was
 * created after the drain had begun cannot stand before the run: it has the address of one that is gone, whose session lives on.
 */
function mayHold({ hostNetwork, createdTime }: WorkloadPod, run: RunRecord | undefined): boolean {
  return !hostNetwork && (timeOf(createdTime) ?? 0) <= (timeOf(run?.steps.drainStartTime) ?? 0);
}
