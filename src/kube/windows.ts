// ExclusiveWindow objects: look, tell their status, hold them by our finalizer.
//
// Promised: every write names the state that it was decided on, and throws `Conflict` on any other. Status is written whole:
// what is left out is removed. Not promised: that what is read makes sense; src/crds parses it.
import { apiVersion, group, kind, plural, version } from "../crds/meta.ts";
import type { Status } from "../crds/status.ts";
import { orUndefined } from "./errors.ts";
import { putFinalizer } from "./finalizers.ts";
import { path, type Ref } from "./json.ts";
import { listAll } from "./list.ts";
import type { Rest } from "./rest.ts";

export interface Windows {
  /** The raw object, uncached; undefined where there is none. */
  get(namespace: string, name: string): Promise<unknown>;
  /** In every namespace. */
  list(): Promise<readonly unknown[]>;
  publishStatus(ref: Ref, status: Status): Promise<{ readonly resourceVersion: string }>;
  setFinalizer(ref: Ref, present: boolean): Promise<{ readonly resourceVersion: string }>;
}

/** For a watch over every namespace. */
export const windowsPath = path("apis", group, version, plural);

export function createWindows(rest: Rest): Windows {
  return {
    async get(namespace, name) {
      const request = { method: "GET", path: windowPath({ namespace, name }) } as const;
      return (await orUndefined(rest.call<unknown>(`read ${kind} ${namespace}/${name}`, request)))?.body;
    },
    async list() {
      return (await listAll<unknown>(rest, `list ${plural}`, windowsPath)).items;
    },
    publishStatus: (ref, status) => publishStatus(rest, ref, status),
    async setFinalizer(ref, present) {
      return { resourceVersion: await putFinalizer(rest, windowPath(ref), ref, present) };
    },
  };
}

async function publishStatus(rest: Rest, ref: Ref, status: Status): Promise<{ resourceVersion: string }> {
  const { namespace, name, uid, resourceVersion } = ref;
  const { body } = await rest.call<{ metadata?: { resourceVersion?: string } }>(`publish the status of ${kind} ${namespace}/${name}`, {
    method: "PATCH",
    path: `${windowPath(ref)}/status`,
    // Force: a field of the status that somebody else wrote is ours all the same.
    query: { fieldManager: "exclusive-window-status", force: true },
    contentType: "application/apply-patch+yaml",
    // On /status the server compares the resourceVersion only. That is enough: no two objects of a cluster ever share one.
    body: { apiVersion, kind, metadata: { namespace, name, uid, resourceVersion }, status },
  });
  return { resourceVersion: body.metadata?.resourceVersion ?? "" };
}

function windowPath(ref: { readonly namespace: string; readonly name: string }): string {
  return path("apis", group, version, "namespaces", ref.namespace, plural, ref.name);
}
