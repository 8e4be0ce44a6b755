// Counts the Pods of annotated workloads and the read locks that they hold. A lock node carries the address of its owner, which
// in Kubernetes is its Pod's. Only observed, never decided on.
import type { Window } from "../crds/parse.ts";
import type { Participant, Status } from "../crds/status.ts";
import type { Participant as SeenParticipant, WorkloadView } from "../kube/workloads.ts";
import { readHolders } from "../zookeeper/holders.ts";
import type { Session } from "../zookeeper/session.ts";
import type { Hands } from "./hands.ts";
import { locksOf } from "./locks-of.ts";
import type { Look } from "./observe.ts";

/** The participants as they are now; undefined when nothing new can be said. */
export type CountParticipants = (look: Look) => Promise<readonly Participant[] | undefined>;

const MOST = 20;
/** Counting costs a read for each lock node; oftener than this it would tell nobody more. */
const EVERY_MS = 5000;

export function createParticipants(hands: Hands): CountParticipants {
  const counted = new Map<string, number>();
  return async ({ window }) => {
    const workloads = [...hands.seen.workloads.values()].filter((w) => w.namespace === window.namespace && w.windows.includes(window.name));
    if (workloads.length === 0) return [];
    const current = hands.zookeeper.current();
    const now = hands.clock.monotonic();
    if (current.kind === "none" || now < (counted.get(window.uid) ?? 0)) return undefined;
    counted.set(window.uid, now + EVERY_MS);
    return count(window, workloads.slice(0, MOST), current.session, hands).catch(() => undefined);
  };
}

/** When the counts are worth another look: soon while a run is active or Pods are missing, and now and then, since nothing tells of read locks. */
export function countAgainAt({ participants = [], run }: Pick<Status, "participants" | "run">, now: number): number | undefined {
  if (participants.length === 0) return undefined;
  const unsettled = run !== undefined || participants.some(({ holding, pods }) => holding < pods);
  return now + (unsettled ? EVERY_MS : 10 * EVERY_MS);
}

async function count(
  window: Window,
  workloads: readonly WorkloadView[],
  session: Session,
  { kube }: Hands,
): Promise<readonly Participant[]> {
  const found = await kube.workloads.participants(window.namespace, workloads);
  const owners = await Promise.all(locksOf(window).map(async ({ path }) => readOwners(session, path)));
  return found.map((participant) => counts(participant, owners));
}

async function readOwners(session: Session, path: string): Promise<ReadonlySet<string>> {
  const holders = await readHolders(session, path);
  return new Set(holders.filter((holder) => holder.kind === "read").map((holder) => holder.owner));
}

/** A Pod holds the window's read lock when it holds one on any of its paths: most processors work under one of them only. */
export function counts({ kind, name, pods }: SeenParticipant, owners: readonly ReadonlySet<string>[]): Participant {
  const running = pods.filter((pod) => pod.running);
  const holds = (ip: string | undefined) => ip !== undefined && owners.some((set) => set.has(ip));
  const missing = running.filter((pod) => !holds(pod.podIp)).map((pod) => pod.name);
  const counted = { kind, name, pods: running.length, holding: running.length - missing.length };
  return missing.length === 0 ? counted : { ...counted, notHolding: missing.sort().slice(0, MOST) };
}
