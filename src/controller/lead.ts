// The leader's work, from winning the lease to losing it: a ZooKeeper session of its own, the watches, the queue, the sweep.
// When it ends, everything that it started has ended; the session is closed last, so that no effect is under way without one.
import type { Kube } from "../kube/kube.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { holdSession } from "../zookeeper/session-holder.ts";
import { createAcceptance } from "./acceptance.ts";
import type { Config } from "./config.ts";
import { createEnrolment } from "./enrolment.ts";
import type { Hands, Seen } from "./hands.ts";
import type { Metrics } from "./metrics.ts";
import { createParticipants } from "./participants.ts";
import { createQueue } from "./queue.ts";
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
  const { config, kube, clock, random, log, metrics } = parts;
  const zookeeper = holdSession({
    servers: config.zookeeper.servers,
    timeoutMs: config.zookeeper.sessionTimeoutSeconds * 1000,
    clock,
    log,
    random,
    ...(config.zookeeperDigest === undefined ? {} : { auth: { scheme: "digest", credentials: config.zookeeperDigest } }),
  });
  const seen: Seen = { windows: new Map(), jobs: new Map(), workloads: new Map() };
  const { installation, pathGrants } = config;
  const hands: Hands = { kube, zookeeper, seen, installation, pathGrants, clock, log, metrics, wake: (key) => queue.add(key) };
  const reconcile = createReconcile(hands, createAcceptance(hands), createParticipants(hands));
  const work = (key: string) => (key === SWEEP ? sweepRound(hands) : reconcile(key));
  const onError = (key: string, error: unknown) => {
    metrics.failed();
    log.error(`the pass over ${key} failed and is tried again`, { error: messageOf(error) });
  };
  const queue = createQueue({ work, clock, random, workers: WORKERS, onError });
  metrics.queueDepth(() => queue.depth);
  const enrolment = createEnrolment(hands);
  // Nothing is decided before every window is known: two that cannot both be right would both be taken for the only one.
  const early = new Set<string>();
  let synced = false;
  const wake = (key: string) => (synced ? queue.add(key) : early.add(key));
  const wakeAll = () => {
    for (const key of seen.windows.keys()) wake(key);
  };
  const { namespaces } = config;
  const heard: Heard = {
    window: wake,
    part: wake,
    windowGone(key) {
      queue.forget(key);
      const [namespace = "", name = ""] = key.split("/");
      metrics.gone(namespace, name);
      // A window that was refused because of this one may now be right; what this one left behind is the sweep's.
      wakeAll();
      wake(SWEEP);
    },
    workload(workload) {
      if (synced) enrolment.check(workload);
    },
  };
  const watches = startWatches(kube, seen, heard, (namespace) => namespaces.length === 0 || namespaces.includes(namespace));
  parts.watching(watches);
  const ignore = zookeeper.onChange(wakeAll);
  void watches.synced.then(() => {
    synced = true;
    enrolment.checkAll();
    for (const key of [...early, SWEEP]) queue.add(key);
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
