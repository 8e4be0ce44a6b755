// From an Access to the ACLs that a server is told, for each kind of node. An ACL holds for one node, never for those below it.
// Promised: an ACL is only ever given to a node that is being created; those of existing nodes are never changed.
import jute, { type WireAcl } from "node-zookeeper-client/lib/jute/index.js";
import { type Access, anyone, type Identity } from "./access.ts";

const read = 1;
const create = 4;
const remove = 8;
const all = 31;

/** `own`: what the session is about; `above`: what is missing above it; `lock`: a path that others lock below. */
export type NodeKind = "own" | "above" | "lock";

export function aclsOf(access: Access): Readonly<Record<NodeKind, readonly WireAcl[]>> {
  const open = [entry(all, anyone)];
  switch (access.kind) {
    case "open":
      return { own: open, above: open, lock: open };
    case "guest":
      // unmodified Curator writers read the node that they wait for, so everyone must be able to
      return { own: [creator, entry(read, anyone)], above: open, lock: open };
    case "creator": {
      const own = [creator, ...access.processors.map((who) => entry(read, who))];
      return { own, above: own, lock: [creator, ...access.processors.map((who) => entry(read | create | remove, who))] };
    }
  }
}

function entry(perms: number, { scheme, id }: Identity): WireAcl {
  return new jute.data.ACL(perms, new jute.data.Id(scheme, id));
}

/** The server puts everyone in its place as whom the session has logged in. */
const creator = entry(all, { scheme: "auth", id: "" });
