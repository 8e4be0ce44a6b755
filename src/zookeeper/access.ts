// Who may touch the nodes that a session creates. A type of its own file, so that users of the session's options need no types of
// the library beneath.

/** `open`: anyone may do anything. `creator`: who made the node may do anything, anyone may read it. */
export type Access = "open" | "creator";
