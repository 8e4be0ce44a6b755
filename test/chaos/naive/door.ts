// The naive recipe: what should outlive the controller dies with its session, and nobody notices while it lives. Everything else
// of the controller is as it is. With this the nemesis must find overlaps; if it finds none, it does not look well.
import { openSession as open, type SessionOptions } from "../../../src/zookeeper/client.ts";
import type { Operation, Session, Stat } from "../../../src/zookeeper/session.ts";

export async function openSession(options: SessionOptions): Promise<Session> {
  return withoutPromotion(await open(options));
}

function withoutPromotion(session: Session): Session {
  const pretended = new Set<string>();
  const seen = (path: string, stat: Stat): Stat => (pretended.has(path) ? { ...stat, ephemeralOwner: undefined } : stat);
  const naive: Pick<Session, "transaction" | "get" | "exists"> = {
    transaction(operations) {
      for (const operation of operations) if (isPromotion(operation)) pretended.add(operation.path);
      return session.transaction(operations.map((operation) => (isPromotion(operation) ? { ...operation, mode: "ephemeral" } : operation)));
    },
    async get(path, watch) {
      const node = await session.get(path, watch);
      return node && { ...node, stat: seen(path, node.stat) };
    },
    async exists(path, watch) {
      const stat = await session.exists(path, watch);
      return stat && seen(path, stat);
    },
  };
  return new Proxy(session, {
    get(target, name) {
      const value: unknown = Reflect.get(name in naive ? naive : target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function isPromotion(operation: Operation): operation is Extract<Operation, { readonly op: "create" }> {
  return operation.op === "create" && operation.mode === "persistent";
}
