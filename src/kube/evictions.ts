// Evicts a Pod by the Eviction API: PodDisruptionBudgets are respected, and the Pod ends as `kubectl drain` would end it.
//
// Promised: only the Pod with that uid is evicted; on any other, `Conflict` or `NotFound` is thrown. Not promised: that an evicted
// Pod has ended, or that nobody replaces it.
import { isKubeError, type KubeError } from "./errors.ts";
import { path, type Ref } from "./json.ts";
import type { Rest } from "./rest.ts";

export type Eviction =
  | { readonly kind: "evicted" }
  /** By a budget, a limit of requests, missing rights, or a server that cannot (a Pod with two budgets is answered with 500). `retryAfterMs`: what the server asked for, if anything. */
  | { readonly kind: "refused"; readonly message: string; readonly retryAfterMs: number | undefined };

export interface Evictions {
  evict(pod: Omit<Ref, "resourceVersion">): Promise<Eviction>;
}

export function createEvictions(rest: Rest): Evictions {
  return { evict: (pod) => evict(rest, pod) };
}

async function evict(rest: Rest, { namespace, name, uid }: Omit<Ref, "resourceVersion">): Promise<Eviction> {
  try {
    await rest.call<unknown>(`evict Pod ${namespace}/${name}`, {
      method: "POST",
      path: path("api", "v1", "namespaces", namespace, "pods", name, "eviction"),
      body: {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { namespace, name },
        deleteOptions: { preconditions: { uid } },
      },
    });
    return { kind: "evicted" };
  } catch (error) {
    if (!isKubeError(error, "TooManyRequests", "Forbidden", "Invalid") && !isAnswered(error)) throw error;
    return { kind: "refused", message: [error.message, ...error.causes].join(" "), retryAfterMs: error.retryAfterMs };
  }
}

/** The server said that it did not, rather than nothing at all. */
function isAnswered(error: unknown): error is KubeError {
  return isKubeError(error, "Unavailable") && error.cause === undefined;
}
