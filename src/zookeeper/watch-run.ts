// Wakes whoever drives a run when something happens to its locks: the next look may then find something to do.
import type { RunIdentity } from "../protocol/node-data.ts";
import { mapBounded } from "./bounded.ts";
import type { LockLook, RunLook } from "./run-locks.ts";
import type { Session, Stat } from "./session.ts";
import { watchNode } from "./watch-node.ts";

interface Watched {
  readonly path: string;
  /** Whether the node is still as the look saw it. */
  readonly same: (stat: Stat | undefined) => boolean;
}

/**
 * Calls back once when the run's signals, its own write nodes, or the nodes right before them change after the look, even if that
 * was before this call, or when the session leaves `connected`. Resolves when the watches stand. Throws ZooKeeperError.
 */
export async function watchRun(session: Session, run: RunIdentity, look: RunLook, onChange: () => void): Promise<void> {
  let called = false;
  const once = () => {
    if (called) return;
    called = true;
    onChange();
  };
  const watched = new Map(look.locks.flatMap(watchedOf).map((one) => [one.path, one]));
  const key = `run ${run.installation} ${run.runId}`;
  const unchanged = await mapBounded([...watched.values()], async ({ path, same }) => same(await watchNode(session, path, key, once)));
  if (unchanged.includes(false)) once();
}

function watchedOf(lock: LockLook): readonly Watched[] {
  const { signal, node, predecessor } = lock;
  const mzxid = signal.kind === "none" ? undefined : signal.mzxid;
  const watched: Watched[] = lock.signalPath === "" ? [] : [{ path: lock.signalPath, same: (stat) => stat?.mzxid === mzxid }];
  if (node.kind !== "absent") watched.push({ path: `${lock.path}/${node.name}`, same: (stat) => stat?.czxid === node.czxid });
  if (predecessor !== undefined) watched.push({ path: `${lock.path}/${predecessor}`, same: (stat) => stat !== undefined });
  return watched;
}
