// Everything that a pass is handed: the hands on Kubernetes and ZooKeeper, the clock, and what the watches have seen.
import type { Window } from "../crds/parse.ts";
import type { JobView } from "../kube/job-view.ts";
import type { Kube } from "../kube/kube.ts";
import type { WorkloadView } from "../kube/workloads.ts";
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import type { SessionHolder } from "../zookeeper/session-holder.ts";
import type { Metrics } from "./metrics.ts";

/** What the watches have seen: good for waking up, for reporting and for what cannot harm; never for a decision on a run. */
export interface Seen {
  /** By namespace/name. */
  readonly windows: Map<string, Window>;
  /** By namespace/name. */
  readonly jobs: Map<string, JobView>;
  /** By workloadKey; those with the annotation only, malformed or not. */
  readonly workloads: Map<string, WorkloadView>;
}

export interface Grant {
  readonly namespace: string;
  readonly prefixes: readonly string[];
}

export interface Hands {
  readonly kube: Kube;
  readonly zookeeper: SessionHolder;
  readonly seen: Seen;
  readonly installation: string;
  readonly pathGrants: readonly Grant[];
  /** We log in to ZooKeeper, so processors cannot make the lock paths below our nodes: we do, as soon as a window names them. */
  readonly makesLockPaths: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Makes the window be looked at soon. */
  readonly wake: (key: string) => void;
}

export function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

export function workloadKey({ kind, namespace, name }: Pick<WorkloadView, "kind" | "namespace" | "name">): string {
  return `${kind}/${namespace}/${name}`;
}
