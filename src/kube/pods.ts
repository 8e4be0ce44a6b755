// The Pods of runs and of workloads. Uncached.
//
// Promised: a list is what the API server knows now; letGo acts on the very Pod state that was looked at, or throws
// `Conflict` or `NotFound`. Not promised: that a node has heard of it.
import type { V1Pod } from "@kubernetes/client-node";
import { fencingTokenAnnotation, schedulingGate } from "../crds/meta.ts";
import type { Clock } from "../shared/clock.ts";
import { type Json, path, type Ref } from "./json.ts";
import { listAll } from "./list.ts";
import { type PodView, podView } from "./pod-view.ts";
import type { Rest } from "./rest.ts";

export interface Pods {
  /** Every Pod of these Jobs that still exists, ended ones included. */
  listOfJobs(namespace: string, jobUids: readonly string[]): Promise<readonly PodView[]>;
  listBySelector(namespace: string, labelSelector: string): Promise<readonly PodView[]>;
  /** One patch: removes our scheduling gate, leaves others, and annotates the token that the containers read. */
  letGo(ref: Ref, token: string): Promise<void>;
}

export function createPods(rest: Rest, clock: Clock): Pods {
  const listBySelector = async (namespace: string, labelSelector: string) => {
    const what = `list Pods in ${namespace} with ${labelSelector}`;
    const { items } = await listAll<Json<V1Pod>>(rest, what, path("api", "v1", "namespaces", namespace, "pods"), { labelSelector });
    return items.map((pod) => podView(pod, clock.now()));
  };
  return {
    listBySelector,
    async listOfJobs(namespace, jobUids) {
      if (jobUids.length === 0) return [];
      return await listBySelector(namespace, `batch.kubernetes.io/controller-uid in (${jobUids.join(",")})`);
    },
    letGo: (ref, token) => letGo(rest, ref, token),
  };
}

async function letGo(rest: Rest, ref: Ref, token: string): Promise<void> {
  const { uid, resourceVersion } = ref;
  await rest.call<unknown>(`let go of Pod ${ref.namespace}/${ref.name}`, {
    method: "PATCH",
    path: path("api", "v1", "namespaces", ref.namespace, "pods", ref.name),
    // Only a strategic merge can name one entry of a list.
    contentType: "application/strategic-merge-patch+json",
    body: {
      metadata: { uid, resourceVersion, annotations: { [fencingTokenAnnotation]: token } },
      spec: { schedulingGates: [{ $patch: "delete", name: schedulingGate }] },
    },
  });
}
