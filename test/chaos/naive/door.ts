// The naive recipe: what should outlive the controller dies with its session, and nobody notices while it lives. Everything else
// of the controller is as it is. With this the nemesis must find overlaps; if it finds none, it does not look well.
import { openSession as open, type SessionOptions } from "../../../src/zookeeper/client.ts";
import type { Operation, Session } from "../../../src/zookeeper/session.ts";
import { believing } from "../../support/naive-session.ts";

export async function openSession(options: SessionOptions): Promise<Session> {
  return withoutPromotion(await open(options));
}

function withoutPromotion(session: Session): Session {
  return believing(session, (operations, believe) => {
    for (const operation of operations) if (isPromotion(operation)) believe(operation.path);
    return session.transaction(operations.map((operation) => (isPromotion(operation) ? { ...operation, mode: "ephemeral" } : operation)));
  });
}

function isPromotion(operation: Operation): operation is Extract<Operation, { readonly op: "create" }> {
  return operation.op === "create" && operation.mode === "persistent";
}
