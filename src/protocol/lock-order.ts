// Who must wait for whom on a lock path: the rule that all exclusion in this project rests on.
//
// A writer holds the lock when nothing at all sorts before its node; a reader when no writer's node does.
// Promised: a node that sorts equal to ours counts as before it. Curator leaves that order to chance, so waiting is the safe side.
import type { LockNode } from "./lock-nodes.ts";

export type Grant =
  | { readonly kind: "held" }
  /** `ahead` is not empty; first in line first. */
  | { readonly kind: "waiting"; readonly ahead: readonly LockNode[] }
  /** Our node is not among the children. */
  | { readonly kind: "absent" };

/** Whether the writer of that node holds the lock; `nodes` as sortLockNodes answers them. */
export function writerGrant(nodes: readonly LockNode[], ours: string): Grant {
  return grant(nodes, ours, () => true);
}

/** Whether the reader of that node holds the lock; `nodes` as sortLockNodes answers them. */
export function readerGrant(nodes: readonly LockNode[], ours: string): Grant {
  return grant(nodes, ours, (node) => node.kind === "write");
}

function grant(nodes: readonly LockNode[], ours: string, blocks: (node: LockNode) => boolean): Grant {
  const own = nodes.find((node) => node.name === ours);
  if (own === undefined) return { kind: "absent" };
  const ahead = nodes.filter((node) => node.name !== ours && node.sortKey <= own.sortKey && blocks(node));
  return ahead.length === 0 ? { kind: "held" } : { kind: "waiting", ahead };
}
