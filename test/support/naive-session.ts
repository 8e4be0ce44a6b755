// Sessions that are not what they seem: with some of their calls replaced, and the naive recipe's, whose user believes that nodes
// outlive the session. What is done instead of making them so is the caller's.
import type { Operation, Session, Stat } from "../../src/zookeeper/session.ts";

/** The session with some of its calls replaced; all else is the session's own. */
export function replacing(session: Session, calls: Partial<Session>): Session {
  return new Proxy(session, {
    get(target, key) {
      const own: unknown = Reflect.get(calls, key);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Carries a transaction out in its own way; what it says is believed of is seen as persistent from then on. */
export type Pretence = (operations: readonly Operation[], believe: (path: string) => void) => Promise<readonly string[]>;

export function believing(session: Session, transaction: Pretence): Session {
  const believed = new Set<string>();
  const seen = (path: string, stat: Stat): Stat => (believed.has(path) ? { ...stat, ephemeralOwner: undefined } : stat);
  return replacing(session, {
    transaction: (operations) => transaction(operations, (path) => void believed.add(path)),
    async get(path, watch) {
      const node = await session.get(path, watch);
      return node && { ...node, stat: seen(path, node.stat) };
    },
    async exists(path, watch) {
      const stat = await session.exists(path, watch);
      return stat && seen(path, stat);
    },
  });
}
