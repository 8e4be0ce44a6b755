// An administrator who deletes znodes: the signal, its fence, write nodes, read nodes, a lock path with all that is above it.
//
// Each node that is deleted is told to the judge by itself, with the runs that held the path for good just before or just after.
import { sortLockNodes, writeNodePrefix } from "../../../src/protocol/lock-nodes.ts";
import { fencePath, parentPath } from "../../../src/protocol/paths.ts";
import { readAllHeld } from "../../../src/zookeeper/held.ts";
import type { Session } from "../../../src/zookeeper/session.ts";
import { until } from "../../e2e/support/until.ts";
import type { Instant } from "../../support/history/history.ts";
import { removeNode } from "../../support/remove-node.ts";
import { type PathName, znodesOf } from "../layout.ts";
import { now } from "../timeline.ts";
import { chosen, type Interference, type Scene, type Strike } from "./fault.ts";

interface Spot {
  readonly session: Session;
  readonly control: boolean;
  readonly path: PathName;
  readonly lock: string;
  readonly signal: string;
}

function spotOf({ stage }: Scene, target: string): Spot {
  const path: PathName = target === "one" ? "one" : "two";
  return { session: stage.session(), control: stage.control, path, ...znodesOf(stage.namespace, path) };
}

export const deleteSignal: Strike = async (scene, { target }) => {
  const spot = spotOf(scene, target);
  return (await removeSignal(scene, spot)) ? { what: "" } : undefined;
};

export const deleteFence: Strike = async (scene, { target }) => {
  const { session, signal } = spotOf(scene, target);
  return (await removeNode(session, fencePath(signal))) ? { what: "" } : undefined;
};

export const deleteWriteNode: Strike = async (scene, { target, choice }) => {
  const spot = spotOf(scene, target);
  const name = chosen(await lockNodes(spot, "write"), choice);
  return name !== undefined && (await removeWriteNode(scene, spot, name)) ? { what: name } : undefined;
};

export const deleteReadNodes: Strike = async (scene, { target }) => {
  const spot = spotOf(scene, target);
  const names = await lockNodes(spot, "read");
  for (const name of names) await removeNode(spot.session, `${spot.lock}/${name}`);
  return names.length > 0 ? { what: names.join(", ") } : undefined;
};

/** As far as it goes: whoever works on the path may put something back at any time. */
export const deletePath: Strike = async (scene, { target }) => {
  const spot = spotOf(scene, target);
  const { session, lock } = spot;
  await removeSignal(scene, spot);
  for (const name of await lockNodes(spot, "write")) await removeWriteNode(scene, spot, name);
  for (const name of (await session.children(lock)) ?? []) await removeNode(session, `${lock}/${name}`);
  const gone = [lock, parentPath(lock)];
  const done: string[] = [];
  for (const path of gone) if (await removeNode(session, path)) done.push(path);
  return { what: done.length === 0 ? "(only what is below it)" : `as far as ${done.at(-1)}` };
};

async function removeSignal(scene: Scene, spot: Spot): Promise<boolean> {
  return witnessed(
    scene,
    spot,
    () => removeNode(spot.session, spot.signal),
    (runIds, at) => ({ kind: "signal deleted", path: spot.path, runIds, at }),
  );
}

async function removeWriteNode(scene: Scene, spot: Spot, name: string): Promise<boolean> {
  const own = (runIds: readonly string[]) => runIds.filter((id) => name.startsWith(writeNodePrefix(id)));
  const deletion = () => removeNode(spot.session, `${spot.lock}/${name}`);
  return witnessed(scene, spot, deletion, (runIds, at) => ({ kind: "write node deleted", path: spot.path, runIds: own(runIds), at }));
}

/**
 * Before promotion nothing is excused: such a run has to take its place anew. What a session reads after its own deletion is not
 * older, so a run that was promoted before it is seen, if not before then after. A deletion whose answer was lost may have been done.
 */
async function witnessed(
  scene: Scene,
  spot: Spot,
  deletion: () => Promise<boolean>,
  excuse: (runIds: readonly string[], at: Instant) => Interference,
): Promise<boolean> {
  const before = await heldForGood(spot);
  const at = now();
  let mayBeDone = spot.session.state === "connected";
  try {
    mayBeDone = await deletion();
    return mayBeDone;
  } finally {
    const after = mayBeDone ? await until("ZooKeeper can be read", () => heldForGood(spotOf(scene, spot.path))) : [];
    if (after.length + before.length > 0 && mayBeDone) scene.excuse(excuse([...new Set([...before, ...after])], at));
  }
}

/** The runs that hold the path whatever becomes of their controller; of the naive recipe those that believe it. */
async function heldForGood({ session, lock, control }: Spot): Promise<readonly string[]> {
  const { entries } = await readAllHeld(session);
  return entries
    .filter(({ exclusive, locks }) => (exclusive || control) && locks.some(({ path }) => path === lock))
    .map(({ runId }) => runId);
}

async function lockNodes({ session, lock }: Spot, kind: "read" | "write"): Promise<readonly string[]> {
  const nodes = sortLockNodes((await session.children(lock)) ?? []);
  return nodes.filter((node) => node.kind === kind).map(({ name }) => name);
}
