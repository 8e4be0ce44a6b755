// The effects of a late drain: revocable readers are asked to release, and a Pod that holds a read lock is evicted.
import type { Outcome } from "../window/action.ts";
import type { HoldingPod, ReadNode } from "../window/observed.ts";
import { revokeReaders } from "../zookeeper/revoke.ts";
import type { Hands } from "./hands.ts";
import type { Look } from "./observe.ts";

/** When an eviction is tried again that was refused without a word on when. */
const RETRY_MS = 5000;

export async function evict({ name, uid }: HoldingPod, { window }: Pick<Look, "window">, { kube }: Pick<Hands, "kube">): Promise<Outcome> {
  const eviction = await kube.evictions.evict({ namespace: window.namespace, name, uid });
  if (eviction.kind === "evicted") return { kind: "done" };
  return { kind: "not now", message: eviction.message, retryAfterMs: eviction.retryAfterMs || RETRY_MS };
}

export async function revoke(readers: readonly ReadNode[], { locks }: Pick<Look, "locks">): Promise<Outcome> {
  if (locks === undefined) return { kind: "stale", message: "ZooKeeper was not read" };
  return { kind: "done", revoked: await revokeReaders(locks.session, locks.look, readers) };
}
