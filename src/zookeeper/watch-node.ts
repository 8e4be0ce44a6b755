// One watch a node and session, however many wait for it and however often they look.
//
// ZooKeeper's watches fire once and cannot be taken back, so a loop that sets one at every pass would pile them up under a Job
// that runs for hours. Here a pass that comes back takes its own earlier place.
import type { Session, Stat } from "./session.ts";

type Calls = Map<string, () => void>;
const tables = new WeakMap<Session, Map<string, Calls>>();

/**
 * The node's stat; `call` is called once at the node's next change, or when the session leaves `connected`, perhaps once too often.
 * A later call for the same node and key takes the place of the earlier. Throws ZooKeeperError; then nothing is watched.
 */
export async function watchNode(session: Session, path: string, key: string, call: () => void): Promise<Stat | undefined> {
  const table = tables.get(session) ?? new Map<string, Calls>();
  tables.set(session, table);
  const armed = table.get(path);
  if (armed !== undefined) {
    armed.set(key, call);
    return session.exists(path);
  }
  const calls: Calls = new Map([[key, call]]);
  table.set(path, calls);
  const fire = () => {
    if (table.get(path) === calls) table.delete(path);
    const waiting = [...calls.values()];
    calls.clear();
    for (const one of waiting) one();
  };
  try {
    return await session.exists(path, fire);
  } catch (error) {
    calls.delete(key);
    fire();
    throw error;
  }
}
