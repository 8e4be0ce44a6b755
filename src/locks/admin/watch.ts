// Watches one lock: a look at every change of who stands there.
//
// Promised: after a change there is a look that began later; nothing is polled. An interrupted connection is told and waited for.
// Not promised: that every change is seen by itself. What changes while a look is under way is in the next one.
import { Bell } from "../../shared/bell.ts";
import type { Session, SessionState } from "../../zookeeper/session.ts";
import { ZooKeeperError } from "../../zookeeper/session.ts";
import { type LockView, lookAtLock } from "./look.ts";

export interface LockWatcher {
  changed(view: LockView): void;
  /** The connection is away, or back again. */
  connection(state: SessionState): void;
}

/** Until `signal` aborts. Throws ZooKeeperError where the session is lost, and for what no other connection mends. */
export async function watchLock(session: Session, path: string, watcher: LockWatcher, signal: AbortSignal): Promise<void> {
  const bell = new Bell();
  const stopHearing = session.onState((state) => {
    watcher.connection(state);
    bell.ring();
  });
  const abort = () => bell.ring();
  signal.addEventListener("abort", abort, { once: true });
  const ring = () => bell.ring();
  try {
    while (!signal.aborted) {
      bell.hear();
      const view = await lookWhileConnected(session, path, ring);
      if (view !== undefined) watcher.changed(view);
      if (session.state === "lost" || session.state === "closed")
        throw new ZooKeeperError("SessionLost", `the ZooKeeper session was lost while ${path} was watched: start again`, path);
      await bell.wait();
    }
  } finally {
    stopHearing();
    signal.removeEventListener("abort", abort);
  }
}

async function lookWhileConnected(session: Session, path: string, ring: () => void): Promise<LockView | undefined> {
  if (session.state !== "connected") return undefined;
  try {
    return await lookAtLock(session, path, ring);
  } catch (error) {
    const isAway = error instanceof ZooKeeperError && (error.code === "ConnectionLoss" || error.code === "SessionLost");
    if (!isAway || session.state === "connected") throw error;
    return undefined;
  }
}
