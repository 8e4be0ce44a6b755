// Lets go of everything that a run holds or waits for, in one transaction.
//
// The signal goes down only with its last owner. Owners whose held node is gone do not count: they are taken out too, and the
// transaction proves that they are gone.
import type { RunIdentity, SignalOwner } from "../protocol/node-data.ts";
import { sameRun } from "../protocol/node-data.ts";
import { heldRoot } from "../protocol/paths.ts";
import { commit } from "./commit.ts";
import { leftovers } from "./queue.ts";
import type { Commit, RunLook, SignalLook } from "./run-locks.ts";
import type { Session } from "./session.ts";
import { bumpFence, ensureFences, leave, proveAbsent, seenSignals } from "./signals.ts";

/** Dead owners that one transaction takes out at most; the sweep takes the rest. */
const mostPruned = 50;

/** Releases the run. Done, and nothing sent, where the look saw nothing of it. Throws ZooKeeperError. */
export async function releaseRun(session: Session, run: RunIdentity, look: RunLook): Promise<Commit> {
  const signals = seenSignals(look);
  const removals = leftovers(run, look);
  const dead = deadOwners(
    signals.map(({ signal }) => signal),
    [run, ...look.rivals],
  );
  const changes = signals.flatMap((seen) => leave(seen, [run, ...dead]));
  if (removals.length + changes.length === 0) return { kind: "done" };
  await ensureFences(session, signals);
  if (dead.length > 0) await session.createParents(heldRoot);
  const outcome = await commit(session, [
    ...signals.map(bumpFence),
    ...dead.flatMap((owner) => proveAbsent(owner, look.installations)),
    ...removals,
    ...changes,
  ]);
  return outcome.kind === "stale" ? outcome : { kind: "done" };
}

/** The owners that are not among those runs, each once, at most as many as one transaction takes. */
export function deadOwners(signals: readonly SignalLook[], living: readonly SignalOwner[]): readonly SignalOwner[] {
  const dead: SignalOwner[] = [];
  for (const owner of signals.flatMap((signal) => (signal.kind === "ours" ? signal.owners : []))) {
    if (![...living, ...dead].some((other) => sameRun(other, owner))) dead.push(owner);
  }
  return dead.slice(0, mostPruned);
}
