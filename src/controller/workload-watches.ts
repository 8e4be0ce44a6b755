// Which workloads bear the annotation, as the watches saw it: Deployments, StatefulSets and DaemonSets, and Argo Rollouts for as long
// as the cluster has them. Of each only the metadata travels.
import type { V1ObjectMeta } from "@kubernetes/client-node";
import type { Json } from "../kube/json.ts";
import type { Kube } from "../kube/kube.ts";
import type { Watch, WatchOptions } from "../kube/watch.ts";
import { type WorkloadKind, type WorkloadView, workloadsPath, workloadView } from "../kube/workloads.ts";
import { type Clock, delay } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { keyOf, type Seen, workloadKey } from "./hands.ts";

export interface WorkloadsHeard {
  /** Something that belongs to the window of that key has changed. */
  part(key: string): void;
  workload(workload: WorkloadView): void;
  /** It bears the annotation no more, or is gone. */
  workloadGone(workload: WorkloadView): void;
}

type Options = Pick<WatchOptions<WorkloadView>, "what" | "path" | "selectors" | "project" | "onChange">;

export function workloadOptions(kind: WorkloadKind, seen: Seen, heard: WorkloadsHeard): Options {
  return {
    what: `${kind}s`,
    path: workloadsPath(kind),
    selectors: { metadataOnly: true },
    project: (object) => workloadView(kind, object as { readonly metadata?: Json<V1ObjectMeta> }),
    onChange({ kind: change, object }) {
      const key = workloadKey(object);
      const known = seen.workloads.get(key);
      const before = known?.windows ?? [];
      const isEnrolled = change === "present" && (object.windows.length > 0 || object.malformed !== undefined);
      if (isEnrolled) seen.workloads.set(key, object);
      else seen.workloads.delete(key);
      // Those that it no longer names are told too.
      for (const name of new Set([...before, ...object.windows])) heard.part(keyOf({ namespace: object.namespace, name }));
      if (known !== undefined && (!isEnrolled || known.uid !== object.uid)) heard.workloadGone(known);
      if (isEnrolled) heard.workload(object);
    },
  };
}

export interface RolloutsWatch {
  /** The cluster has none, or all of them are known; after ten seconds at the latest, since their API is not Kubernetes' own. */
  readonly settled: Promise<unknown>;
  stop(): void;
}

export interface RolloutsParts {
  readonly kube: Pick<Kube, "workloads" | "watch">;
  readonly clock: Clock;
  readonly log: Log;
  readonly options: Options;
}

const DISCOVER_EVERY_MS = 60_000;
const SETTLED_WITHIN_MS = 10_000;

/** Argo Rollouts may be installed or removed at any time. Not part of readiness: others look after their API. */
export function watchRollouts({ kube, clock, log, options }: RolloutsParts): RolloutsWatch {
  const stopped = new AbortController();
  let watch: Watch<WorkloadView> | undefined;

  async function look(): Promise<void> {
    try {
      const served = await kube.workloads.servesRollouts();
      if (stopped.signal.aborted) return;
      if (served) watch ??= kube.watch(options);
      else end();
    } catch (error) {
      log.debug("cannot tell whether the cluster has Argo Rollouts", { error: messageOf(error) });
    }
  }

  function end(): void {
    const objects = watch?.objects() ?? [];
    watch?.stop();
    watch = undefined;
    for (const object of objects) options.onChange({ kind: "gone", object });
  }

  async function keepLooking(): Promise<void> {
    while (!stopped.signal.aborted) {
      await delay(clock, DISCOVER_EVERY_MS, stopped.signal);
      if (!stopped.signal.aborted) await look();
    }
  }

  const first = look();
  void first.then(keepLooking);
  return {
    settled: Promise.race([first.then(() => watch?.synced), delay(clock, SETTLED_WITHIN_MS, stopped.signal)]),
    stop() {
      stopped.abort();
      watch?.stop();
    },
  };
}
