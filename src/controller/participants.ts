// Counts the Pods of annotated workloads and the read locks that they hold; always read anew. The workloads themselves are those that
// the watches saw, but for a decision, which asks for them too. What cannot be read is `unknown`.
import type { Window } from "../crds/parse.ts";
import type { Participant, WorkloadPod, WorkloadView } from "../kube/workloads.ts";
import { messageOf } from "../shared/errors.ts";
import type { CountedParticipants, ParticipantsFacts, WorkloadFacts } from "../window/observed.ts";
import type { Session } from "../zookeeper/session.ts";
import { createStanding, type LookAtPaths, type Standing } from "../zookeeper/standing.ts";
import { type Hands, keyOf } from "./hands.ts";
import { holdingPods, unmatchedHolders } from "./holding.ts";
import { standingPathsOf } from "./locks-of.ts";
import { createPatience, type Patience } from "./patience.ts";

export interface Counted {
  readonly facts: ParticipantsFacts;
  /** When to count again (Clock.now), since nothing tells of read locks; undefined: at the next pass. */
  readonly againAt: number | undefined;
}

export interface Participants {
  /** For a decision: not older than a second. */
  now(window: Window): Promise<ParticipantsFacts>;
  /** For telling: `not asked` while it is too early to count again, unless it must be now. */
  inTime(window: Window, must: boolean): Promise<Counted>;
  /** The window of that key is gone. */
  forget(key: string): void;
}

const MOST_NAMES = 20;
const FRESH_MS = 1000;
/** Counting costs a list of Pods for each workload and of nodes for each path; oftener than this it would tell nobody more. */
const EVERY_MS = 5000;
/** How often it is done where every Pod holds a lock and nothing else happens. */
const SETTLED_EVERY_MS = 50_000;
/** How often for a window that no workload names: only strangers can be told of. */
const NOBODY_EVERY_MS = 600_000;

interface Kept {
  readonly patience: Patience;
  readonly look: LookAtPaths;
  last: { readonly facts: ParticipantsFacts; readonly at: number; readonly of: Found } | undefined;
}

/** How the workloads were found. */
type Found = "seen" | "asked";

export function createParticipants(hands: Hands): Participants {
  const { clock } = hands;
  const windows = new Map<string, Kept>();

  function keptOf(window: Window): Kept {
    const found = windows.get(keyOf(window)) ?? { patience: createPatience(), look: createStanding(), last: undefined };
    windows.set(keyOf(window), found);
    return found;
  }

  async function take(window: Window, kept: Kept, of: Found): Promise<ParticipantsFacts> {
    const facts = await count(window, { ...kept, of }, hands);
    kept.last = { facts, at: clock.monotonic(), of };
    return facts;
  }

  return {
    now(window) {
      const kept = keptOf(window);
      const { last } = kept;
      if (last?.of === "asked" && clock.monotonic() - last.at < FRESH_MS) return Promise.resolve(last.facts);
      return take(window, kept, "asked");
    },
    async inTime(window, must) {
      const kept = keptOf(window);
      const early = kept.last === undefined ? 0 : kept.last.at + EVERY_MS - clock.monotonic();
      if (early > 0 && !must) return { facts: { kind: "not asked" }, againAt: clock.now() + early };
      const facts = await take(window, kept, "seen");
      return { facts, againAt: clock.now() + pauseAfter(facts) };
    },
    forget: (key) => void windows.delete(key),
  };
}

function pauseAfter(facts: ParticipantsFacts): number {
  if (facts.kind === "counted" ? facts.workloads.length === 0 : facts.kind === "unknown" && !facts.enrolled) return NOBODY_EVERY_MS;
  const isSettled = facts.kind === "counted" && !facts.paused && facts.workloads.every(({ notHolding }) => notHolding.length === 0);
  return isSettled ? SETTLED_EVERY_MS : EVERY_MS;
}

async function count(window: Window, kept: Omit<Kept, "last"> & { readonly of: Found }, hands: Hands): Promise<ParticipantsFacts> {
  const known = enrolledIn(window, hands.seen.workloads.values());
  const enrolled = known.length > 0;
  const unknown = (of: "Kubernetes" | "ZooKeeper", why: string): ParticipantsFacts => {
    kept.patience.restart();
    return { kind: "unknown", of, why, enrolled };
  };
  const current = hands.zookeeper.current();
  if (current.kind === "none") return unknown("ZooKeeper", current.why);
  const found = await answered(podsOf(window, kept.of === "seen" ? known : undefined, hands));
  if (found.kind === "failed") return unknown("Kubernetes", found.why);
  const standing = await answered(lookAt(window, kept, current.session));
  if (standing.kind === "failed") return unknown("ZooKeeper", standing.why);
  return facts(window, found.value, standing.value, { patience: kept.patience, now: hands.clock.monotonic() });
}

type Answered<T> = { readonly kind: "read"; readonly value: T } | { readonly kind: "failed"; readonly why: string };

async function answered<T>(reading: Promise<T>): Promise<Answered<T>> {
  try {
    return { kind: "read", value: await reading };
  } catch (error) {
    return { kind: "failed", why: messageOf(error) };
  }
}

async function podsOf(window: Window, known: readonly WorkloadView[] | undefined, { kube }: Hands): Promise<readonly Participant[]> {
  const workloads = known ?? enrolledIn(window, await kube.workloads.list(window.namespace));
  return kube.workloads.participants(window.namespace, workloads);
}

function enrolledIn({ namespace, name }: Window, workloads: Iterable<WorkloadView>): readonly WorkloadView[] {
  const own = [...workloads].filter((workload) => workload.namespace === namespace && workload.windows.includes(name));
  return own.toSorted((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name));
}

const lookAt = (window: Window, { look }: Pick<Kept, "look">, session: Session) => look(session, standingPathsOf(window));

interface Waiting {
  readonly patience: Patience;
  readonly now: number;
}

function facts(window: Window, found: readonly Participant[], standing: Standing, { patience, now }: Waiting): CountedParticipants {
  const { readers, writerCount, foreign } = standing;
  const paused = window.status.run !== undefined || writerCount > 0;
  const counted = found.map((participant) => ({ participant, ...divided(participant.pods, standing) }));
  if (paused) patience.restart();
  const lacking = counted.flatMap(({ notHolding }) => notHolding.map(({ uid }) => uid));
  const overdue = paused ? new Set<string>() : patience.overdue(lacking, now);
  const unmatched = unmatchedHolders(
    found.flatMap(({ pods }) => pods),
    readers,
  );
  return {
    kind: "counted",
    workloads: counted.map(({ participant: { kind, name }, holding, notHolding }): WorkloadFacts => {
      const missing = notHolding.filter(({ uid }) => overdue.has(uid));
      return { kind, name, holding: namesOf(holding), notHolding: namesOf(notHolding), missing: namesOf(missing) };
    }),
    paused,
    unmatched: { count: unmatched.length, owners: unmatched.slice(0, MOST_NAMES).map(({ owner }) => owner) },
    foreign: foreign.slice(0, MOST_NAMES),
  };
}

/** The running ones, by whether they hold a read lock on any of the paths: most processors work under one of them only. */
function divided(pods: readonly WorkloadPod[], { readers }: Standing) {
  const running = pods.filter((pod) => pod.running);
  const holding = holdingPods(running, readers);
  const holds = new Set(holding.map(({ uid }) => uid));
  // A Pod that is asked to end has released its lock as it should, and takes none again.
  return { holding, notHolding: running.filter(({ uid, deleting }) => !holds.has(uid) && !deleting) };
}

const namesOf = (pods: readonly WorkloadPod[]) => pods.map(({ name }) => name).sort();
