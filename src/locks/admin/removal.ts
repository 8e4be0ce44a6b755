// Removes lock nodes that a person has been shown: those very nodes, and no others.
//
// A name is not enough: a run's node keeps its name when it is promoted, and on a lock path that was removed and made anew the
// server counts from 0 again, so that LogDriver's `read-0000000000` may be another reader's. The server checks a version, which both
// have in common; only the czxid tells them apart, and no transaction takes one. So each node is claimed first: its own data is
// written over it at the version that was seen, the answer tells the czxid of the node that was written, and the version which only
// that node has by now guards the removal.
//
// Promised: what is removed bears the czxid that was shown; a node that is gone already is no error. One that took its place within
// the claim's own round trip is left, with the data of the one before it: of LogDriver's, none.
// Not promised: the claim where the node may not be written; there the czxid is compared right before, and the version guards.
import { type Session, ZooKeeperError } from "../../zookeeper/session.ts";
import { below, type NodeView } from "./look.ts";

/** A node as it was shown. */
export interface ShownNode {
  readonly path: string;
  readonly czxid: bigint;
}

export type Removal =
  | { readonly kind: "removed"; readonly path: string }
  /** It was gone already. */
  | { readonly kind: "gone"; readonly path: string }
  /** It was left as it is; `why` for people. */
  | { readonly kind: "left"; readonly path: string; readonly why: string };

/** One after the other, in that order. Throws ZooKeeperError for what is no answer on a node, such as a connection that is lost. */
export async function* removeNodes(session: Session, nodes: readonly ShownNode[]): AsyncGenerator<Removal, void> {
  for (const node of nodes) yield await removeNode(session, node);
}

/** Last in line first: else the first would be gone, and the second hold the lock for a moment. `nodes`: first in line first. */
export function removalOrder(path: string, nodes: readonly NodeView[]): readonly ShownNode[] {
  const backwards = nodes.toReversed();
  const ordered = [
    ...backwards.filter(({ standing }) => standing === "waiting"),
    ...backwards.filter(({ standing }) => standing === "held"),
  ];
  return ordered.map((node) => ({ path: below(path, node.path), czxid: node.czxid }));
}

const another = "another node has taken its place since it was shown: look again";

async function removeNode(session: Session, { path, czxid }: ShownNode): Promise<Removal> {
  try {
    const claim = await claimed(session, path, czxid);
    if (claim === undefined) return { kind: "left", path, why: another };
    await session.remove(path, claim);
    return { kind: "removed", path };
  } catch (error) {
    return answered(path, error);
  }
}

/** The version that the node must have when it is removed; undefined where it is another node. Throws ZooKeeperError. */
async function claimed(session: Session, path: string, czxid: bigint): Promise<number | undefined> {
  try {
    const node = await session.get(path);
    if (node === undefined) throw new ZooKeeperError("NoNode", `${path} is gone`, path);
    if (node.stat.czxid !== czxid) return undefined;
    const written = await session.set(path, node.data, node.stat.version);
    return written.czxid === czxid ? written.version : undefined;
  } catch (error) {
    if (!(error instanceof ZooKeeperError) || error.code !== "NoAuth") throw error;
    const seen = await session.exists(path);
    if (seen === undefined) throw new ZooKeeperError("NoNode", `${path} is gone`, path);
    return seen.czxid === czxid ? seen.version : undefined;
  }
}

function answered(path: string, error: unknown): Removal {
  if (!(error instanceof ZooKeeperError)) throw error;
  switch (error.code) {
    case "NoNode":
      return { kind: "gone", path };
    case "BadVersion":
      return { kind: "left", path, why: "it changed since it was shown: look again" };
    case "NotEmpty":
      return { kind: "left", path, why: "nodes stand below it" };
    case "NoAuth":
      return { kind: "left", path, why: "these credentials may not remove it (its ACL, or that of the node above)" };
    default:
      throw error;
  }
}
