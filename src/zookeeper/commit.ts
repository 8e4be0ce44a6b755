// Carries a run's transaction out and says whether its guards held.
//
// Not promised: that a transaction which threw `ConnectionLoss` or `Timeout` did nothing. The next look shows what it did: all of
// it, or nothing.
import { type Operation, type Session, ZooKeeperError, type ZooKeeperErrorCode } from "./session.ts";

export type Outcome = { readonly kind: "done"; readonly created: readonly string[] } | { readonly kind: "stale"; readonly message: string };

const guardCodes: readonly ZooKeeperErrorCode[] = ["NoNode", "NodeExists", "BadVersion", "NotEmpty"];

/** Answers the paths that were created. Throws every error that is not a guard's. */
export async function commit(session: Session, operations: readonly Operation[]): Promise<Outcome> {
  try {
    const paths = await session.transaction(operations);
    return { kind: "done", created: paths.filter((path) => path !== "") };
  } catch (error) {
    if (!(error instanceof ZooKeeperError) || !guardCodes.includes(error.code)) throw error;
    const refused = error.operation === undefined ? undefined : operations[error.operation];
    const what = refused === undefined ? (error.path ?? "an operation") : `${refused.op} ${refused.path}`;
    return { kind: "stale", message: `${what} was refused (${error.code}): it changed since the look` };
  }
}

/** The names of the nodes that were created below those paths, in the order of the paths. */
export function namesBelow(paths: readonly string[], created: readonly string[]): readonly string[] {
  return paths.flatMap((path) => created.filter((node) => isChild(node, path)).map((node) => node.slice(path.length + 1)));
}

function isChild(node: string, path: string): boolean {
  return node.startsWith(`${path}/`) && !node.includes("/", path.length + 1);
}
