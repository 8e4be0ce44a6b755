// Readers that vanished: a gate of ours leaves a mark beside the lock path for as long as it holds its read node, and removes both
// together. A mark without a read node therefore is what a dead processor left behind. Of readers without marks (Curator's) nothing
// can be told.

import { ownerOf } from "../protocol/node-data.ts";
import { readerMarkPath, readersPath } from "../protocol/paths.ts";
import { mapBounded } from "./bounded.ts";
import { type Session, ZooKeeperError } from "./session.ts";

/** The UUIDs of marks whose reader is not among the children of the lock path, which were listed before. Not synced. */
export async function vanishedReaders(session: Session, lockPath: string, children: readonly string[]): Promise<readonly string[]> {
  const marks = (await session.children(readersPath(lockPath))) ?? [];
  if (marks.length === 0) return [];
  const standing = new Set(children.map(uuidIn));
  return marks.filter((uuid) => !standing.has(uuid)).sort();
}

/** Who they were, as they called themselves; the UUID where a mark says nothing or is gone. */
export function namesOfReaders(session: Session, lockPath: string, uuids: readonly string[]): Promise<readonly string[]> {
  return mapBounded(uuids, async (uuid) => {
    const node = await session.get(readerMarkPath(lockPath, uuid));
    const owner = node === undefined ? "" : ownerOf(node.data);
    return owner === "" ? uuid : owner;
  });
}

/** A mark that is gone already is no error. */
export async function removeMark(session: Session, lockPath: string, uuid: string): Promise<void> {
  try {
    await session.remove(readerMarkPath(lockPath, uuid), 0);
  } catch (error) {
    if (!(error instanceof ZooKeeperError) || (error.code !== "NoNode" && error.code !== "BadVersion")) throw error;
  }
}

/** As in the names of lock nodes: _c_<uuid>-… */
function uuidIn(name: string): string {
  return name.slice(3, 39);
}
