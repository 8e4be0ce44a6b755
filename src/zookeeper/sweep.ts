// What nobody looks after any more: entries of runs whose window is gone, and signals that stand for runs which are gone.
//
// Promised: only signals that a fence of ours knows are looked at, and an owner is taken out only while it is proved to be gone.
// Not promised: that a held entry may be released. That depends on its window, its Job and its Pods, which the caller must see.
import { fencePath, fencesRoot, heldRoot, root, signalPathOfFence } from "../protocol/paths.ts";
import { commit } from "./commit.ts";
import { readAllHeld, readHeld } from "./held.ts";
import { deadOwners } from "./release.ts";
import type { HeldEntry } from "./run-locks.ts";
import { readSignal } from "./run-look.ts";
import type { Session } from "./session.ts";
import { bumpFence, leave, proveAbsent, type SeenSignal } from "./signals.ts";

/** What the runs of one installation hold, past any cache. Throws ZooKeeperError. */
export async function listHeld(session: Session, installation: string): Promise<readonly HeldEntry[]> {
  await session.sync(root);
  return readHeld(session, installation);
}

/** Takes the owners that are gone out of every signal of ours and answers how many. Throws ZooKeeperError. */
export async function sweepSignals(session: Session): Promise<number> {
  await session.sync(root);
  let pruned = 0;
  for (const name of (await session.children(fencesRoot)) ?? []) {
    const signalPath = signalPathOfFence(name);
    if (signalPath !== undefined) pruned += await sweepSignal(session, signalPath);
  }
  return pruned;
}

async function sweepSignal(session: Session, signalPath: string): Promise<number> {
  // The fence first, then the signal, then who lives: a run that joins after the fence was read makes the transaction fail.
  const fence = fencePath(signalPath);
  const fenceVersion = (await session.exists(fence))?.version;
  const seen: SeenSignal = { signalPath, fence, fenceVersion, signal: await readSignal(session, signalPath) };
  if (seen.signal.kind !== "ours" || fenceVersion === undefined) return 0;
  const { entries, installations } = await readAllHeld(session);
  const dead = deadOwners([seen.signal], entries);
  const changes = leave(seen, dead);
  if (changes.length === 0) return 0;
  await session.createParents(heldRoot);
  const proofs = dead.flatMap((owner) => proveAbsent(owner, installations));
  const outcome = await commit(session, [bumpFence(seen), ...proofs, ...changes]);
  return outcome.kind === "done" ? dead.length : 0;
}
