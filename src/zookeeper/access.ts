// Who may touch the nodes that a session creates. A type of its own file, so that users of the session's options need no types of
// the library beneath.

/** Somebody, as ZooKeeper's ACLs name them: `world` and `anyone`, or `digest` and `user:hash of the password`. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

export const anyone: Identity = { scheme: "world", id: "anyone" };

export type Access =
  /** Anyone may do anything. */
  | { readonly kind: "open" }
  /**
   * Who made a node may do anything, the processors may read it; below a lock path they may also create and delete.
   * Deleting is governed by the node above: whoever may lock below a path may delete what stands there.
   */
  | { readonly kind: "creator"; readonly processors: readonly Identity[] }
  /** Of a processor that logs in: its own nodes are its own and anyone may read them; what it creates above them is everyone's. */
  | { readonly kind: "guest" };
