// The leader's work, from winning the lease to losing it: a ZooKeeper session of its own, the watches, the queue, the sweep.
// When it ends, everything that it started has ended; the session is closed last, so that no effect is under way without one.
import type { Kube } from "../kube/kube.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { holdSession, type SessionHolder } from "../zookeeper/session-holder.ts";
import { createAcceptance } from "./acceptance.ts";
import type { Config } from "./config.ts";
import { createEnrolment, type Enrolment } from "./enrolment.ts";
import type { Hands, Seen } from "./hands.ts";
import type { Metrics } from "./metrics.ts";
import { createParticipants } from "./participants.ts";
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
}

const WORKERS = 5;
const SWEEP_EVERY_MS = 30_000;
/** The one key in the queue that is no window: '/' cannot stand in a name, so no window's key is without one. */
const SWEEP = "sweep";

export async function lead(parts: LeaderParts, signal: AbortSignal): Promise<void> {
  const { config, kube, clock, log, metrics } = parts;
  const zookeeper = openZooKeeper(parts);
  const seen: Seen = { windows: new Map(), jobs: new Map(), workloads: new Map() };
  const { installation, pathGrants, namespaces } = config;
  const hands: Hands = { kube, zookeeper, seen, installation, pathGrants, clock, log, metrics, wake: (key) => queue.add(key) };
  const queue = startQueue(hands, parts);
  const waker = createWaker(queue, seen);
  const enrolment = createEnrolment(hands);
  const heard = whatIsHeard(waker, enrolment, (key) => {
    queue.forget(key);
    const [namespace = "", name = ""] = key.split("/");
    metrics.gone(namespace, name);
  });
  const watches = startWatches(kube, seen, heard, (namespace) => namespaces.length === 0 || namespaces.includes(namespace));
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
  await zookeeper.close();
}

function openZooKeeper({ config, clock, random, log }: LeaderParts): SessionHolder {
  const { servers, sessionTimeoutSeconds } = config.zookeeper;
  const auth = config.zookeeperDigest === undefined ? {} : { auth: { scheme: "digest", credentials: config.zookeeperDigest } as const };
  return holdSession({ servers, timeoutMs: sessionTimeoutSeconds * 1000, clock, log, random, ...auth });
}

function startQueue(hands: Hands, { clock, random, log, metrics }: LeaderParts): Queue {
  const reconcile = createReconcile(hands, createAcceptance(hands), createParticipants(hands));
  const work = (key: string) => (key === SWEEP ? sweepRound(hands) : reconcile(key));
  const onError = (key: string, error: unknown) => {
    metrics.failed();
    log.error(`the pass over ${key} failed and is tried again`, { error: messageOf(error) });
  };
  const queue = createQueue({ work, clock, random, workers: WORKERS, onError });
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
  };
}

async function sweepRound(hands: Hands): Promise<number> {
  await sweep(hands);
  return hands.clock.now() + SWEEP_EVERY_MS;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
