// Our finalizer on an object, and nobody else's.
import { finalizer } from "../crds/meta.ts";
import { KubeError } from "./errors.ts";
import type { Ref } from "./json.ts";
import type { Rest } from "./rest.ts";

interface Metadata {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly finalizers?: readonly string[];
}

/**
 * Adds or removes our finalizer on the state that `ref` names, and answers the new resourceVersion. On any other state it
 * throws `Conflict`: the list is written whole, and must be the one that was read.
 */
export async function putFinalizer(rest: Rest, path: string, ref: Ref, present: boolean): Promise<string> {
  const what = `${present ? "set" : "remove"} the finalizer of ${ref.namespace}/${ref.name}`;
  const { metadata = {} } = (await rest.call<{ metadata?: Metadata }>(what, { method: "GET", path })).body;
  const { uid, resourceVersion, finalizers = [] } = metadata;
  if (uid !== ref.uid || resourceVersion !== ref.resourceVersion) {
    throw new KubeError("Conflict", what, `cannot ${what}: the object has changed since it was looked at; look again`);
  }
  if (finalizers.includes(finalizer) === present) return ref.resourceVersion;
  const others = finalizers.filter((name) => name !== finalizer);
  const body = { metadata: { uid, resourceVersion, finalizers: present ? [...others, finalizer] : others } };
  const answer = await rest.call<{ metadata?: Metadata }>(what, {
    method: "PATCH",
    path,
    body,
    contentType: "application/merge-patch+json",
  });
  return answer.body.metadata?.resourceVersion ?? "";
}
