// The locks of a component as its instances take them, and how far the component's own lock can be relied on.
import { delay } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import { type Session, ZooKeeperError } from "../../zookeeper/session.ts";
import { type Acquisition, acquireLocks, type HeldLocks } from "../acquire.ts";
import { lookAtLock } from "../admin/look.ts";
import type { ComponentEnd, ComponentRequest } from "./request.ts";

/** After an attempt that the servers left without an answer. */
export const afterSilenceMs = 200;

/** Never rejects: what the servers refuse to remove goes with the session. */
export async function acquired(
  session: Session,
  request: ComponentRequest,
  path: string,
  timeoutMs: number | undefined,
): Promise<Acquisition> {
  const { dialect, owner, uuid, clock, signal } = request;
  try {
    return await acquireLocks(session, { paths: [path], mode: "write", dialect, owner, uuid, clock, timeoutMs, signal });
  } catch (error) {
    return { kind: "refused", message: messageOf(error) };
  }
}

/** What comes of an instance that did not get the component's lock. */
export function endWithout(acquisition: Exclude<Acquisition, { readonly kind: "held" }>): ComponentEnd {
  switch (acquisition.kind) {
    case "timeout":
      return { kind: "late", ahead: acquisition.ahead };
    case "aborted":
      return { kind: "asked" };
    case "refused":
      return { kind: "failed", message: acquisition.message };
    case "lost":
      return { kind: "lost", message: "the ZooKeeper session ended while the component's lock was waited for" };
  }
}

/** An instance of another dialect chooses at the same time as this one, and neither sees it. */
export async function warnOfOthers(session: Session, { warn }: ComponentRequest, path: string): Promise<void> {
  const look = await lookAtLock(session, path).catch(() => undefined);
  if (look?.blind !== undefined) warn?.(look.blind);
}

/** Asks the servers: a watch may still be on its way. Where they do not answer, the lease decides in the end. */
export async function stillStands(session: Session, { clock, signal }: ComponentRequest, locks: HeldLocks): Promise<boolean> {
  while (locks.isHeld()) {
    try {
      const stats = await Promise.all(locks.nodes.map((node) => session.exists(node)));
      return stats.every((stat) => stat?.ephemeralOwner === session.id) && locks.isHeld();
    } catch (error) {
      if (!(error instanceof ZooKeeperError) || signal?.aborted) return false;
      await delay(clock, afterSilenceMs, signal);
    }
  }
  return false;
}
