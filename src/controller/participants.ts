// Counts the Pods of annotated workloads and the read locks that they hold. A lock node carries the address of its owner, which
// in Kubernetes is its Pod's. Only observed, never decided on.
import type { Window } from "../crds/parse.ts";
import type { Participant } from "../crds/status.ts";
import type { Participant as SeenParticipant, WorkloadView } from "../kube/workloads.ts";
import { readHolders } from "../zookeeper/holders.ts";
import type { Session } from "../zookeeper/session.ts";
import type { Hands } from "./hands.ts";
import { locksOf } from "./locks-of.ts";
import type { Look } from "./observe.ts";

export interface Counted {
  /** As they are now; undefined when nothing new can be said. */
  readonly participants: readonly Participant[] | undefined;
  /** When to count again (Clock.now), since nothing tells of read locks; undefined: at the next pass. */
  readonly againAt: number | undefined;
}

export type CountParticipants = (look: Look) => Promise<Counted>;

const MOST = 20;
/** Counting costs a read for each lock node; oftener than this it would tell nobody more. */
const EVERY_MS = 5000;
/** How often it is done where every Pod holds a lock and nothing else happens. */
const SETTLED_EVERY_MS = 50_000;

export function createParticipants(hands: Hands): CountParticipants {
  const notBefore = new Map<string, number>();
  return async ({ window }) => {
    const workloads = [...hands.seen.workloads.values()].filter((w) => w.namespace === window.namespace && w.windows.includes(window.name));
    if (workloads.length === 0) return { participants: [], againAt: undefined };
    const current = hands.zookeeper.current();
    if (current.kind === "none") return { participants: undefined, againAt: undefined };
    const { clock } = hands;
    const early = (notBefore.get(window.uid) ?? 0) - clock.monotonic();
    if (early > 0) return { participants: undefined, againAt: clock.now() + early };
    notBefore.set(window.uid, clock.monotonic() + EVERY_MS);
    const participants = await count(window, workloads.slice(0, MOST), current.session, hands).catch(() => undefined);
    return { participants, againAt: clock.now() + (isSettled(participants) ? SETTLED_EVERY_MS : EVERY_MS) };
  };
}

function isSettled(participants: readonly Participant[] | undefined): boolean {
  return participants?.every(({ holding, pods }) => holding === pods) ?? false;
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
