// Reads what runs hold: the entries below `_held`, of all installations.
import { parseHeld } from "../protocol/node-data.ts";
import { heldOf, heldPath, heldRoot, isSegment } from "../protocol/paths.ts";
import { mapBounded } from "./bounded.ts";
import type { HeldEntry } from "./run-locks.ts";
import type { Session } from "./session.ts";

export interface AllHeld {
  readonly installations: readonly string[];
  readonly entries: readonly HeldEntry[];
}

/** Not synced: the caller has. */
export async function readAllHeld(session: Session): Promise<AllHeld> {
  const installations = ((await session.children(heldRoot)) ?? []).filter(isSegment);
  const lists = await mapBounded(installations, (installation) => readHeld(session, installation));
  return { installations, entries: lists.flat() };
}

/** Entries whose names could not be a run's are left out: nothing of ours made them. Not synced: the caller has. */
export async function readHeld(session: Session, installation: string): Promise<readonly HeldEntry[]> {
  const names = ((await session.children(heldOf(installation))) ?? []).filter(isSegment);
  const entries = await mapBounded(names, (runId) => readEntry(session, installation, runId));
  return entries.filter((entry) => entry !== undefined);
}

async function readEntry(session: Session, installation: string, runId: string): Promise<HeldEntry | undefined> {
  const node = await session.get(heldPath(installation, runId));
  if (node === undefined) return undefined;
  const data = parseHeld(node.data);
  const owner = node.stat.ephemeralOwner;
  return {
    installation,
    runId,
    exclusive: owner === undefined,
    ownSession: owner === session.id,
    sinceMs: node.stat.ctimeMs,
    window: data?.window,
    locks: data?.locks ?? [],
  };
}
