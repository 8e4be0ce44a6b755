// The names of lock nodes, exactly as Apache Curator's InterProcessReadWriteLock writes, reads and sorts them.
//
// Promised: the order is Curator's, bug for bug (it compares the text after the marker, never a number), so everybody on a lock
// path agrees on who is first. Sequence numbers for which that order is wrong are reported by `sequenceProblem`.
import { createHash } from "node:crypto";

/** Foreign: neither marker is in the name. Curator's writers wait for such a child too if it sorts before them. */
export type LockNodeKind = "read" | "write" | "foreign";

export interface LockNode {
  readonly name: string;
  readonly kind: LockNodeKind;
  /** What the order goes by. Of lock nodes: the server's ten digits. */
  readonly sortKey: string;
}

const readMarker = "__READ__";
const writeMarker = "__WRIT__";

export function parseLockNode(name: string): LockNode {
  const kind = name.includes(writeMarker) ? "write" : name.includes(readMarker) ? "read" : "foreign";
  return { name, kind, sortKey: after(after(name, readMarker), writeMarker) };
}

function after(text: string, marker: string): string {
  const at = text.lastIndexOf(marker);
  return at < 0 ? text : text.slice(at + marker.length);
}

/** The children of a lock path, first in line first. Equal keys keep the order in which the server gave them. */
export function sortLockNodes(names: readonly string[], parse = parseLockNode): readonly LockNode[] {
  return names.map((name) => parse(name)).sort((a, b) => (a.sortKey < b.sortKey ? -1 : a.sortKey > b.sortKey ? 1 : 0));
}

/** The text before the server's digits. The id is the canonical lower-case form of a UUID. */
export function readNodePrefix(uuid: string): string {
  return `_c_${uuid}-${readMarker}`;
}

export function writerNodePrefix(uuid: string): string {
  return `_c_${uuid}-${writeMarker}`;
}

/** Of a run: the same after every restart of its controller. */
export function writeNodePrefix(runId: string): string {
  return writerNodePrefix(uuidOfRun(runId));
}

/** The UUID in the names of a run's write nodes: always the same, so that a restarted controller finds its own nodes. */
export function uuidOfRun(runId: string): string {
  const hash = createHash("sha256").update(`exclusive-window run ${runId}`).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6); // version 8: made by a rule of our own
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Half of what fits before the server's counter turns negative. */
const warnAbove = 2 ** 30;

export interface SequenceProblem {
  /** Wrapped: the order on this path is wrong, nobody may rely on it. High: it will be, in time. */
  readonly kind: "wrapped" | "high";
  readonly message: string;
}

/** What is wrong with the sequence numbers on a lock path, the worst first; undefined if nothing is. */
export function sequenceProblem(nodes: readonly LockNode[]): SequenceProblem | undefined {
  const ours = nodes.filter((node) => node.kind !== "foreign");
  const remedy = "stop all users of the lock path, remove it, and let it be created anew";
  const wrapped = ours.find((node) => /^-\d+$|^\d{11,}$/.test(node.sortKey));
  if (wrapped !== undefined) {
    return { kind: "wrapped", message: `the server's counter overflowed (${wrapped.name}), so lock nodes sort wrongly: ${remedy}` };
  }
  const high = ours.find((node) => /^\d{10}$/.test(node.sortKey) && Number(node.sortKey) > warnAbove);
  if (high === undefined) return undefined;
  return { kind: "high", message: `the server's counter has used half of its numbers (${high.name}) and will overflow: ${remedy}` };
}
