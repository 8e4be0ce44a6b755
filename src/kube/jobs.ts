// The Jobs of runs: look, create, start, stop, let go. Uncached.
//
// Promised: start, stop and dropFinalizer act on the very object that was looked at, or throw `Conflict` (another state) or
// `NotFound`. Not promised: that a Job whose create failed with `Unavailable` does not exist. Look again.
import type { V1Job } from "@kubernetes/client-node";
import { fencingTokenAnnotation, installationLabel, windowUidLabel } from "../crds/meta.ts";
import { isKubeError, orUndefined } from "./errors.ts";
import { putFinalizer } from "./finalizers.ts";
import { type JobView, jobView } from "./job-view.ts";
import { type Json, path, type Ref } from "./json.ts";
import { labelValue } from "./label-value.ts";
import { listAll } from "./list.ts";
import type { Rest } from "./rest.ts";

export interface Jobs {
  get(namespace: string, name: string): Promise<JobView | undefined>;
  listByWindow(namespace: string, windowUid: string): Promise<readonly JobView[]>;
  /** In every namespace. */
  listByInstallation(installation: string): Promise<readonly JobView[]>;
  /** `exists`: a Job of that name is there; whose it is, a look will tell. Throws `Invalid` or `Forbidden` with the server's text. */
  create(manifest: V1Job): Promise<{ readonly kind: "created"; readonly uid: string } | { readonly kind: "exists" }>;
  /** Asks the server for its judgement and creates nothing. Throws as `create` does. */
  dryRun(manifest: V1Job): Promise<{ readonly warnings: readonly string[] }>;
  /**
   * Deletes the Job with its Pods first, also when it is being deleted already without them. Without a resourceVersion any
   * state of that uid is deleted. Pods that still run are not gone when this answers.
   */
  stop(ref: Omit<Ref, "resourceVersion"> & { readonly resourceVersion?: string | undefined }): Promise<void>;
  /** One patch: unsuspends the Job, bounds it and annotates the token. Its Pods stay behind our scheduling gate. */
  start(ref: Ref, options: { readonly token: string; readonly activeDeadlineSeconds: number }): Promise<void>;
  dropFinalizer(ref: Ref): Promise<void>;
}

export function createJobs(rest: Rest): Jobs {
  return {
    get: (namespace, name) => get(rest, namespace, name),
    listByWindow: (namespace, windowUid) =>
      list(rest, path("apis", "batch", "v1", "namespaces", namespace, "jobs"), `${windowUidLabel}=${labelValue(windowUid)}`),
    listByInstallation: (installation) =>
      list(rest, path("apis", "batch", "v1", "jobs"), `${installationLabel}=${labelValue(installation)}`),
    create: (manifest) => create(rest, manifest),
    async dryRun(manifest) {
      const { warnings } = await post(rest, manifest, true);
      return { warnings };
    },
    stop: (ref) => stop(rest, ref),
    start: (ref, options) => start(rest, ref, options),
    async dropFinalizer(ref) {
      await putFinalizer(rest, jobPath(ref), ref, false);
    },
  };
}

async function get(rest: Rest, namespace: string, name: string): Promise<JobView | undefined> {
  const request = { method: "GET", path: jobPath({ namespace, name }) } as const;
  const answer = await orUndefined(rest.call<Json<V1Job>>(`read Job ${namespace}/${name}`, request));
  return answer && jobView(answer.body);
}

async function list(rest: Rest, where: string, labelSelector: string): Promise<readonly JobView[]> {
  const { items } = await listAll<Json<V1Job>>(rest, `list Jobs with ${labelSelector}`, where, { labelSelector });
  return items.map(jobView);
}

async function create(rest: Rest, manifest: V1Job): ReturnType<Jobs["create"]> {
  try {
    const { body } = await post(rest, manifest, false);
    return { kind: "created", uid: body.metadata?.uid ?? "" };
  } catch (error) {
    if (isKubeError(error, "AlreadyExists")) return { kind: "exists" };
    throw error;
  }
}

function post(rest: Rest, manifest: V1Job, dryRun: boolean) {
  const { namespace = "", name = "" } = manifest.metadata ?? {};
  return rest.call<Json<V1Job>>(`${dryRun ? "dry-run" : "create"} Job ${namespace}/${name}`, {
    method: "POST",
    path: path("apis", "batch", "v1", "namespaces", namespace, "jobs"),
    // A field that the server does not know is reported as a warning, not dropped without a word.
    query: { dryRun: dryRun ? "All" : undefined, fieldManager, fieldValidation: "Warn" },
    body: manifest,
  });
}

async function stop(rest: Rest, ref: Parameters<Jobs["stop"]>[0]): Promise<void> {
  const { uid, resourceVersion } = ref;
  const preconditions = resourceVersion === undefined ? { uid } : { uid, resourceVersion };
  await rest.call<unknown>(`stop Job ${ref.namespace}/${ref.name}`, {
    method: "DELETE",
    path: jobPath(ref),
    body: { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Foreground", preconditions },
  });
}

async function start(rest: Rest, ref: Ref, options: Parameters<Jobs["start"]>[1]): Promise<void> {
  const { uid, resourceVersion } = ref;
  await rest.call<unknown>(`start Job ${ref.namespace}/${ref.name}`, {
    method: "PATCH",
    path: jobPath(ref),
    query: { fieldManager },
    contentType: "application/merge-patch+json",
    body: {
      metadata: { uid, resourceVersion, annotations: { [fencingTokenAnnotation]: options.token } },
      spec: { suspend: false, activeDeadlineSeconds: options.activeDeadlineSeconds },
    },
  });
}

const fieldManager = "exclusive-window-controller";

function jobPath(ref: { readonly namespace: string; readonly name: string }): string {
  return path("apis", "batch", "v1", "namespaces", ref.namespace, "jobs", ref.name);
}
