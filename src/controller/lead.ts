// The leader's work, from winning the lease to losing it: a ZooKeeper session of its own, the watches, the queue, the sweep.
// When it ends, everything that it started has ended; the session is closed last, so that no effect is under way without one.
import type { Kube } from "../kube/kube.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { type Access, anyone } from "../zookeeper/access.ts";
import { claimInstallation } from "../zookeeper/claim.ts";
import type { Session } from "../zookeeper/session.ts";
import { holdSession, type SessionHolder } from "../zookeeper/session-holder.ts";
import { type Accept, createJudge } from "./acceptance.ts";
import type { Config } from "./config.ts";
import { createEnrolment, type Enrolment } from "./enrolment.ts";
import type { Hands, Seen } from "./hands.ts";
import { createMarkSweep, type SweepMarks } from "./mark-sweep.ts";
import type { Metrics } from "./metrics.ts";
import { createParticipants, type Participants } from "./participants.ts";
import { createQueue, type Queue } from "./queue.ts";
import { createReconcile } from "./reconcile.ts";
import { sweep } from "./sweep.ts";
import { type Heard, startWatches, type Watches } from "./watches.ts";

export interface LeaderParts {
  readonly config: Config;
  readonly kube: Kube;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Told of the watches while leading, for readiness. */
  readonly watching: (watches: Watches | undefined) => void;
  /** Opens the leader's session with ZooKeeper. For tests; default holdSession. */
  readonly hold?: typeof holdSession;
}

const WORKERS = 5;
const SWEEP_EVERY_MS = 30_000;
const CLOCK_STEPPED =
  "the wall clock stepped, or this machine was suspended: every window is looked at now; if it was not suspended, see to its time synchronisation";
/** The one key in the queue that is no window: '/' cannot stand in a name, so no window's key is without one. */
const SWEEP = "sweep";

export async function lead(parts: LeaderParts, signal: AbortSignal): Promise<void> {
  const { config, kube, clock, log, metrics } = parts;
  const zookeeper = openZooKeeper(parts);
  const seen: Seen = { windows: new Map(), jobs: new Map(), workloads: new Map() };
  const { installation, pathGrants, namespaces } = config;
  const makesLockPaths = config.zookeeperLogin !== undefined;
  const wake = (key: string) => queue.add(key);
  const hands: Hands = { kube, zookeeper, seen, installation, pathGrants, makesLockPaths, clock, log, metrics, wake };
  const judge = createJudge(hands);
  const participants = createParticipants(hands);
  const queue = startQueue(hands, { accept: judge.accept, participants }, parts);
  const waker = createWaker(queue, seen);
  const enrolment = createEnrolment(hands);
  const heard = whatIsHeard(waker, enrolment, (key) => {
    queue.forget(key);
    judge.forget(key);
    participants.forget(key);
    const [namespace = "", name = ""] = key.split("/");
    metrics.gone(namespace, name);
  });
  const isOurs = (namespace: string) => namespaces.length === 0 || namespaces.includes(namespace);
  const watches = startWatches({ kube, clock, log, seen, heard, isOurs });
  parts.watching(watches);
  // Locks that were abandoned while there was no session keep processors waiting: the sweep looks at once.
  const ignore = zookeeper.onChange(() => waker.wakeAll(SWEEP));
  void watches.synced.then(() => {
    waker.open(SWEEP);
    enrolment.open();
  });
  metrics.leading(true);
  await aborted(signal);
  metrics.leading(false);
  parts.watching(undefined);
  ignore();
  watches.stop();
  await queue.stop();
  // Whoever leads next tells of them; what stood here would be told beside it, and grow old.
  for (const { namespace, name } of seen.windows.values()) metrics.gone(namespace, name);
  metrics.orphanedLocks([]);
  await zookeeper.close();
}

function openZooKeeper({ config, kube, clock, random, log, hold = holdSession }: LeaderParts): SessionHolder {
  const { zookeeperLogin: login, zookeeper, installation } = config;
  const { servers, sessionTimeoutSeconds, tls, auth } = zookeeper;
  const access: Access = login === undefined ? { kind: "open" } : { kind: "creator", processors: auth?.processors ?? [anyone] };
  const prepare = async (session: Session) => claimInstallation(session, installation, await kube.cluster.uid());
  return hold({ prepare, servers, timeoutMs: sessionTimeoutSeconds * 1000, clock, log, random, tls, auth: login, access });
}

interface Judging {
  readonly accept: Accept;
  readonly participants: Participants;
}

function startQueue(hands: Hands, { accept, participants }: Judging, { clock, random, log, metrics }: LeaderParts): Queue {
  const reconcile = createReconcile(hands, accept, participants);
  const sweepMarks = createMarkSweep(hands);
  const work = (key: string) => (key === SWEEP ? sweepRound(hands, sweepMarks) : reconcile(key));
  const onError = (key: string, error: unknown) => {
    metrics.failed();
    log.error(`the pass over ${key} failed and is tried again`, { error: messageOf(error) });
  };
  const onClockStep = (milliseconds: number) => {
    metrics.clockStepped();
    log.warn(CLOCK_STEPPED, { milliseconds });
  };
  const queue = createQueue({ work, clock, random, workers: WORKERS, onError, onClockStep });
  metrics.queueDepth(() => queue.depth);
  return queue;
}

interface Waker {
  wake(key: string): void;
  /** Every window, and that key. */
  wakeAll(key: string): void;
  /** From here on what was woken is worked on, and that key first. */
  open(key: string): void;
}

/** Nothing is decided before every window is known: two that cannot both be right would both be taken for the only one. */
function createWaker(queue: Queue, seen: Seen): Waker {
  const early = new Set<string>();
  let isOpen = false;
  const wake = (key: string) => void (isOpen ? queue.add(key) : early.add(key));
  return {
    wake,
    wakeAll(key) {
      for (const each of [...seen.windows.keys(), key]) wake(each);
    },
    open(key) {
      isOpen = true;
      for (const each of [key, ...early]) queue.add(each);
    },
  };
}

function whatIsHeard(waker: Waker, enrolment: Enrolment, forget: (key: string) => void): Heard {
  return {
    window: waker.wake,
    part: waker.wake,
    windowGone(key) {
      forget(key);
      // A window that was refused because of this one may now be right; what this one left behind is the sweep's.
      waker.wakeAll(SWEEP);
    },
    workload: (workload) => enrolment.check(workload),
    workloadGone: (workload) => enrolment.forget(workload),
  };
}

async function sweepRound(hands: Hands, sweepMarks: SweepMarks): Promise<number> {
  await sweep(hands);
  const current = hands.zookeeper.current();
  if (current.kind !== "none") await sweepMarks(current.session);
  return hands.clock.now() + SWEEP_EVERY_MS;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
