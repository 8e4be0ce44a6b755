// The shape of Kubernetes objects as JSON: every field may be missing, and times are text. And the addresses of the objects
// that this room works on.

/** A client-node model as it travels: its dates are strings, and nothing is certain to be there. */
export type Json<T> = T extends Date ? string : T extends readonly (infer E)[] ? readonly Json<E>[] : T extends object ? JsonObject<T> : T;
type JsonObject<T> = { readonly [K in keyof T]?: Json<T[K]> };

/** Exactly one state of one object. A write that carries both fails with `Conflict` on any other state. */
export interface Ref {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** One page of a list. Items of Kubernetes' own kinds bear neither kind nor apiVersion. */
export interface Page<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  /** Null where a list of metadata is empty. */
  readonly items?: readonly T[] | null;
}

/** A path with each segment encoded: path("apis", "batch", "v1") is /apis/batch/v1. */
export function path(...segments: readonly string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}
