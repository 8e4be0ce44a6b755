// What the controller listens to, so that a change is looked at at once: windows, the Jobs and Pods of runs, and annotated
// workloads. A watch only wakes; whatever is done is decided on an uncached look.
import type { V1Job, V1Pod } from "@kubernetes/client-node";
import { runLabel, windowLabel } from "../crds/meta.ts";
import { parseWindow, type Window } from "../crds/parse.ts";
import { type JobView, jobView } from "../kube/job-view.ts";
import { type Json, path } from "../kube/json.ts";
import type { Kube } from "../kube/kube.ts";
import type { Watch, WatchOptions } from "../kube/watch.ts";
import type { WatchedObject } from "../kube/watch-store.ts";
import { windowsPath } from "../kube/windows.ts";
import type { WorkloadView } from "../kube/workloads.ts";
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import { keyOf, type Seen } from "./hands.ts";
import { type WorkloadsHeard, watchRollouts, workloadOptions } from "./workload-watches.ts";

export interface Heard extends WorkloadsHeard {
  /** A window is there, new or changed. */
  window(key: string): void;
  windowGone(key: string): void;
}

export interface Watches {
  readonly synced: Promise<unknown>;
  readonly all: readonly Watch<unknown>[];
  stop(): void;
}

type Options<T> = Pick<WatchOptions<T>, "what" | "path" | "selectors" | "project" | "onChange">;

export interface WatchesParts {
  readonly kube: Kube;
  readonly clock: Clock;
  readonly log: Log;
  readonly seen: Seen;
  readonly heard: Heard;
  /** Whether a namespace's objects are this installation's; those of others are not even kept. */
  readonly isOurs: (namespace: string) => boolean;
}

export function startWatches({ kube, clock, log, seen, heard, isOurs }: WatchesParts): Watches {
  const workloads = (kind: WorkloadView["kind"]) => only(isOurs, workloadOptions(kind, seen, heard), ({ namespace }) => namespace);
  const rollouts = watchRollouts({ kube, clock, log, options: workloads("Rollout") });
  const all: readonly Watch<unknown>[] = [
    kube.watch(only(isOurs, windowOptions(seen, heard), ({ key }) => key.split("/")[0])),
    kube.watch(only(isOurs, jobOptions(seen, heard), ({ view }) => view.namespace)),
    kube.watch(only(isOurs, podOptions(heard), ({ key }) => key?.split("/")[0])),
    kube.watch(workloads("Deployment")),
    kube.watch(workloads("StatefulSet")),
    kube.watch(workloads("DaemonSet")),
  ];
  return {
    all,
    synced: Promise.all([...all.map((watch) => watch.synced), rollouts.settled]),
    stop() {
      rollouts.stop();
      for (const watch of all) watch.stop();
    },
  };
}

function only<T>(isOurs: (namespace: string) => boolean, options: Options<T>, namespaceOf: (object: T) => string | undefined): Options<T> {
  return {
    ...options,
    onChange(change) {
      if (isOurs(namespaceOf(change.object) ?? "")) options.onChange(change);
    },
  };
}

function windowOptions(seen: Seen, heard: Heard): Options<{ key: string; window: Window | undefined }> {
  return {
    what: "ExclusiveWindows",
    path: windowsPath,
    project(object) {
      const parsed = parseWindow(object);
      return parsed.kind === "window" ? { key: keyOf(parsed.window), window: parsed.window } : { key: keyOf(parsed), window: undefined };
    },
    onChange({ kind, object: { key, window } }) {
      if (kind === "gone" || window === undefined) seen.windows.delete(key);
      else seen.windows.set(key, window);
      if (kind === "gone") heard.windowGone(key);
      else heard.window(key);
    },
  };
}

function jobOptions(seen: Seen, heard: Heard): Options<{ view: JobView; window: string | undefined }> {
  return {
    what: "Jobs of runs",
    path: path("apis", "batch", "v1", "jobs"),
    selectors: { labelSelector: runLabel },
    project(object) {
      const job = object as Json<V1Job>;
      const owner = job.metadata?.ownerReferences?.find((reference) => reference.controller === true)?.name;
      return { view: jobView(job), window: owner };
    },
    onChange({ kind, object: { view, window } }) {
      if (kind === "gone") seen.jobs.delete(keyOf(view));
      else seen.jobs.set(keyOf(view), view);
      if (window !== undefined) heard.part(keyOf({ namespace: view.namespace, name: window }));
    },
  };
}

function podOptions(heard: Heard): Options<{ key: string | undefined }> {
  return {
    what: "Pods of runs",
    path: path("api", "v1", "pods"),
    selectors: { labelSelector: runLabel },
    project: (object) => ({ key: windowOf(object) }),
    onChange({ object: { key } }) {
      if (key !== undefined) heard.part(key);
    },
  };
}

function windowOf(object: WatchedObject): string | undefined {
  const { namespace, labels } = (object as Json<V1Pod>).metadata ?? {};
  const name = labels?.[windowLabel];
  return namespace === undefined || name === undefined ? undefined : keyOf({ namespace, name });
}
