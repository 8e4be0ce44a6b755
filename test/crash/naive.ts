// The naive recipe, as a control: the write node, the signal and `_held` stay ephemeral, and the controller believes that it holds
// them for good. What real deployments of ZooKeeper locks do; the checker must see what becomes of it when a controller dies.
import type { Operation, Session } from "../../src/zookeeper/session.ts";
import { believing } from "../support/naive-session.ts";
import { namesOfTransaction } from "./calls.ts";

/** The session, but a promotion is dropped and answered as if it were done. */
export function naively(session: Session): Session {
  return believing(session, async (operations, believe) => {
    if (!namesOfTransaction(operations).includes("promote")) return session.transaction(operations);
    for (const { path } of operations.filter(isCreate)) believe(path);
    return operations.map((operation) => (isCreate(operation) ? operation.path : ""));
  });
}

function isCreate(operation: Operation): boolean {
  return operation.op === "create";
}
