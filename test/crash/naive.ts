// The naive recipe, as a control: the write node, the signal and `_held` stay ephemeral, and the controller believes that it holds
// them for good. What real deployments of ZooKeeper locks do; the checker must see what becomes of it when a controller dies.
import type { Operation, Session, Stat } from "../../src/zookeeper/session.ts";
import { namesOfTransaction } from "./calls.ts";
import { replacing } from "./doors.ts";

/** The session, but a promotion is dropped and answered as if it were done. */
export function naively(session: Session): Session {
  const believed = new Set<string>();
  const seen = <S extends Stat>(path: string, stat: S): S => (believed.has(path) ? { ...stat, ephemeralOwner: undefined } : stat);
  return replacing(session, {
    async transaction(operations) {
      if (!namesOfTransaction(operations).includes("promote")) return session.transaction(operations);
      for (const { path } of operations.filter(isCreate)) believed.add(path);
      return operations.map((operation) => (isCreate(operation) ? operation.path : ""));
    },
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

function isCreate(operation: Operation): boolean {
  return operation.op === "create";
}
