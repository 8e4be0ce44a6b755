// Removes nodes however often the connection breaks meanwhile.
import { Bell } from "../shared/bell.ts";
import type { Clock } from "../shared/clock.ts";
import { type Session, ZooKeeperError } from "../zookeeper/session.ts";
import { isUnanswered, type OwnNodes } from "./own-nodes.ts";

/** The session rings when its connection is back; this is for a loop that slept through it. */
const pollMs = 1000;

/** Resolves once none of them stands, which the end of the session sees to as well. Throws what else the servers refuse. */
export async function removed(session: Session, clock: Clock, sets: readonly OwnNodes[]): Promise<void> {
  const bell = new Bell();
  const stop = session.onState(() => bell.ring());
  try {
    for (const set of sets) {
      while (!isOver(session) && !(await isRemoved(set))) {
        await bell.wait(clock, pollMs);
        bell.hear();
      }
    }
  } finally {
    stop();
  }
}

async function isRemoved(set: OwnNodes): Promise<boolean> {
  try {
    await set.remove();
    return true;
  } catch (error) {
    if (isUnanswered(error) || (error instanceof ZooKeeperError && error.code === "SessionLost")) return false;
    throw error;
  }
}

export function isOver(session: Session): boolean {
  return session.state === "lost" || session.state === "closed";
}
