// What stood on a lock path between one transaction and the next: znode changes made into states. Pure.
import { parseLockNode, writeNodePrefix } from "../../../src/protocol/lock-nodes.ts";
import { heldOf } from "../../../src/protocol/paths.ts";
import type { History, Instant, ZnodeChange } from "./history.ts";

export type Stands = "absent" | "ephemeral" | "persistent";

export interface LockState {
  readonly at: Instant;
  readonly zxid: bigint;
  /** Paths of nodes, and whether each is persistent. */
  readonly nodes: ReadonlyMap<string, boolean>;
}

/** A state for each transaction, oldest first. */
export function statesOf({ znodes }: Pick<History, "znodes">): readonly LockState[] {
  const states: LockState[] = [];
  let nodes = new Map<string, boolean>();
  for (const [i, change] of znodes.entries()) {
    nodes = applied(nodes, change);
    if (znodes[i + 1]?.zxid !== change.zxid) states.push({ at: change.at, zxid: change.zxid, nodes });
  }
  return states;
}

function applied(nodes: ReadonlyMap<string, boolean>, { path, change }: ZnodeChange): Map<string, boolean> {
  const after = new Map(nodes);
  if (change.kind === "created") after.set(path, change.persistent);
  else after.delete(path);
  return after;
}

/** The last state that began at or before the instant; undefined: nothing had stood yet. */
export function stateAt(states: readonly LockState[], at: Instant): LockState | undefined {
  return states.findLast((state) => state.at <= at);
}

export function signalIn({ signalPath }: Pick<History, "signalPath">, state: LockState | undefined): Stands {
  return stands(state?.nodes.get(signalPath));
}

/** The run's write node on the lock path. */
export function writeNodeIn({ lockPath }: Pick<History, "lockPath">, runId: string, state: LockState | undefined): Stands {
  const prefix = `${lockPath}/${writeNodePrefix(runId)}`;
  return stands([...(state?.nodes ?? [])].find(([path]) => path.startsWith(prefix))?.[1]);
}

function stands(persistent: boolean | undefined): Stands {
  if (persistent === undefined) return "absent";
  return persistent ? "persistent" : "ephemeral";
}

/** Whether the signal or any write node keeps processors out, and whether it would without any session. */
export function closedIn(history: Pick<History, "lockPath" | "signalPath">, state: LockState | undefined): Stands {
  const all = [...(state?.nodes ?? [])].filter(([path]) => path === history.signalPath || kindOf(history, path) === "write");
  return stands(all.length === 0 ? undefined : all.some(([, persistent]) => persistent));
}

/** Read nodes that sort before the run's write node. */
export function readersBefore(history: Pick<History, "lockPath">, runId: string, state: LockState): readonly string[] {
  const names = [...state.nodes.keys()]
    .filter((path) => isBelow(path, history.lockPath))
    .map((path) => path.slice(history.lockPath.length + 1));
  const own = names.find((name) => name.startsWith(writeNodePrefix(runId)));
  if (own === undefined) return [];
  const { sortKey } = parseLockNode(own);
  return names.filter((name) => parseLockNode(name).kind === "read" && parseLockNode(name).sortKey < sortKey);
}

function kindOf({ lockPath }: Pick<History, "lockPath">, path: string): "write" | "read" | "foreign" | "elsewhere" {
  return isBelow(path, lockPath) ? parseLockNode(path.slice(lockPath.length + 1)).kind : "elsewhere";
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}/`);
}

/** Paths of ours that stand: the signal, write nodes, entries below `_held`. */
export function oursIn(
  history: Pick<History, "lockPath" | "signalPath" | "installation">,
  state: LockState | undefined,
): readonly string[] {
  const held = heldOf(history.installation);
  return [...(state?.nodes.keys() ?? [])].filter(
    (path) => path === history.signalPath || kindOf(history, path) === "write" || isBelow(path, held),
  );
}
