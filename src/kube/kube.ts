// Everything that the controller does on Kubernetes, on one connection pool.
import type { KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import { type ClusterIdentity, createClusterIdentity } from "./cluster.ts";
import { createEvents, type Events } from "./events.ts";
import { createEvictions, type Evictions } from "./evictions.ts";
import { createFencingMark, type FencingMark } from "./fencing-mark.ts";
import { createJobs, type Jobs } from "./jobs.ts";
import { type LeaseOptions, runWithLease } from "./lease.ts";
import { createPods, type Pods } from "./pods.ts";
import { createRest, type Rest } from "./rest.ts";
import { createServiceAccounts, type ServiceAccounts } from "./service-accounts.ts";
import { type Watch, type WatchOptions, watchForever } from "./watch.ts";
import { createWindows, type Windows } from "./windows.ts";
import { createWorkloads, type Workloads } from "./workloads.ts";

export interface Kube {
  readonly windows: Windows;
  readonly jobs: Jobs;
  readonly pods: Pods;
  readonly evictions: Evictions;
  readonly workloads: Workloads;
  readonly serviceAccounts: ServiceAccounts;
  readonly fencingMark: FencingMark;
  readonly cluster: ClusterIdentity;
  readonly events: Events;
  /** For what no room of ours wraps: test set-up, the CLI's logs. */
  readonly rest: Rest;
  watch<T>(options: Omit<WatchOptions<T>, keyof Common>): Watch<T>;
  withLease(options: Omit<LeaseOptions, keyof Common>): Promise<void>;
}

export interface KubeParts {
  readonly config: KubeConfig;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  /** A text that no other call answers; lower-case letters and digits. */
  readonly id: () => string;
  readonly log: Log;
  /** Where the controller's own objects are: the Lease and the ConfigMap of the fencing mark. */
  readonly namespace: string;
  /** Who acts, in Events: the controller's Pod. */
  readonly instance: string;
}

type Common = Pick<WatchOptions<unknown>, "rest" | "clock" | "random" | "log">;

export function createKube(parts: KubeParts): Kube {
  return createKubeBehind(createRest(parts.config, { clock: parts.clock }), parts);
}

/** The same behind a door that the caller has opened. */
export function createKubeBehind(rest: Rest, parts: Omit<KubeParts, "config">): Kube {
  const { clock, random, log, id, instance } = parts;
  const common: Common = { rest, clock, random, log };
  const pods = createPods(rest, clock);
  return {
    windows: createWindows(rest),
    jobs: createJobs(rest),
    pods,
    evictions: createEvictions(rest),
    workloads: createWorkloads(rest, pods),
    serviceAccounts: createServiceAccounts(rest),
    fencingMark: createFencingMark(rest, parts.namespace),
    cluster: createClusterIdentity(rest),
    events: createEvents(rest, { clock, log, instance, id }),
    rest,
    watch: (options) => watchForever({ ...common, ...options }),
    withLease: (options) => runWithLease({ ...common, ...options }),
  };
}
