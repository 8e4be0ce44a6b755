// A transaction of ours in the words of the model, and what it does to the znodes of a state.
//
// The fences are not kept as numbers: whoever has a transaction in hand loses it as soon as another one bumps a fence of it
// (controllers.ts), which is what the server's check would come to.
import { parseSignal } from "../../src/protocol/node-data.ts";
import type { Operation } from "../../src/zookeeper/session.ts";
import {
  bit,
  type ControllerName,
  type LockNode,
  type Op,
  type Owner,
  type PathName,
  type RunName,
  runNames,
  type Znodes,
} from "./parts.ts";
import { pathNames, places, runOf } from "./places.ts";
import type { Shortcut } from "./shortcuts.ts";

/** Throws Error for an operation that the model has no words for. */
export function inWords(operation: Operation, ownNodes: Readonly<Record<PathName, readonly string[]>>, run: RunName): Op {
  const { path } = operation;
  const stays = operation.op === "create" && operation.mode.startsWith("persistent");
  for (const name of pathNames) {
    const place = places[name];
    if (path === place.fence) return { on: "fence", path: name };
    if (path === place.signalPath) return signalOp(operation, name, stays);
    if (path.startsWith(`${place.path}/`)) return nodeOp(operation, name, { ownNodes: ownNodes[name], run });
  }
  if (path === places.ownFence[run]) return { on: "own fence", run };
  const held = runNames.find((other) => path === places.held[other]);
  if (held === undefined || operation.op === "set") throw new Error(`the model knows no ${operation.op} of ${path}`);
  return { on: "held", op: operation.op, run: held, stays };
}

function signalOp(operation: Operation, path: PathName, stays: boolean): Op {
  if (operation.op === "check") throw new Error("the model knows no check of a signal");
  const version = operation.op === "create" ? 0 : operation.version;
  const data = operation.op === "remove" ? undefined : parseSignal(operation.data);
  const runs = data?.kind === "ours" ? data.owners.map(({ runId }) => runOf(runId)) : [];
  return { on: "signal", op: operation.op, path, runs, stays, version };
}

interface Own {
  readonly ownNodes: readonly string[];
  readonly run: RunName;
}

function nodeOp(operation: Operation, path: PathName, { ownNodes, run }: Own): Op {
  if (operation.op === "create" && operation.mode.endsWith("-sequential")) return { on: "node", op: "queue", path, run };
  const nth = ownNodes.indexOf(operation.path.slice(places[path].path.length + 1));
  if (nth < 0 || operation.op === "set") throw new Error(`the model knows no ${operation.op} of ${operation.path}`);
  return { on: "node", op: operation.op, path, run, nth };
}

export interface Applied {
  readonly znodes: Znodes;
  /** What of each run's looks is stale now; fences are everybody's. */
  readonly touched: Readonly<Record<RunName, number>>;
}

interface Draft {
  readonly queues: Record<PathName, (LockNode & { readonly removed?: boolean })[]>;
  readonly signals: Record<PathName, Znodes["signals"]["P"]>;
  readonly held: Record<RunName, Owner | undefined>;
  readonly session: ControllerName;
  /** Whether versions of signals are kept. */
  readonly counts: boolean;
}

/** All operations, or undefined where a guard does not hold. */
export function apply(znodes: Znodes, ops: readonly Op[], session: ControllerName, shortcut?: Shortcut): Applied | undefined {
  const { queues, signals, held } = znodes;
  const draft: Draft = {
    queues: { P: [...queues.P], Q: [...queues.Q] },
    signals: { ...signals },
    held: { ...held },
    session,
    counts: shortcut?.fenceless === true,
  };
  for (const op of ops) if (!applyOne(draft, op) && !shortcut?.lenient) return undefined;
  const left = { queues: { P: standing(draft.queues.P), Q: standing(draft.queues.Q) }, signals: draft.signals, held: draft.held };
  return { znodes: left, touched: { A: touchedOf(draft, ops, "A"), B: touchedOf(draft, ops, "B") } };
}

function touchedOf({ queues }: Draft, ops: readonly Op[], run: RunName): number {
  const fences = ops.reduce((bits, op) => {
    if (op.on === "fence") return bits | bit.fence[op.path];
    return op.on === "own fence" && op.run === run ? bits | bit.ownFence : bits;
  }, 0);
  const lost = pathNames.filter((path) => queues[path].some((node) => node.removed === true && node.who === run));
  return lost.reduce((bits, path) => bits | bit.node[path], fences);
}

function standing(nodes: Draft["queues"]["P"]): readonly LockNode[] {
  return nodes.filter((node) => !node.removed).map(({ who, owner }) => ({ who, owner }));
}

function applyOne(draft: Draft, op: Op): boolean {
  switch (op.on) {
    case "fence":
    case "own fence":
      return true;
    case "held":
      return applyHeld(draft, op);
    case "signal":
      return applySignal(draft, op);
    case "node":
      return applyNode(draft, op);
  }
}

function applyHeld(draft: Draft, { op, run, stays }: Extract<Op, { on: "held" }>): boolean {
  const isThere = draft.held[run] !== undefined;
  if (op === "create") draft.held[run] = stays ? "none" : draft.session;
  if (op === "remove") draft.held[run] = undefined;
  return isThere === (op !== "create");
}

function applySignal(draft: Draft, { op, path, runs, stays, version }: Extract<Op, { on: "signal" }>): boolean {
  const signal = draft.signals[path];
  if (op === "create") {
    draft.signals[path] = { owner: stays ? "none" : draft.session, runs, version: 0 };
    return signal === undefined;
  }
  if (signal?.runs === undefined || signal.version !== version) return false;
  draft.signals[path] = op === "remove" ? undefined : { ...signal, runs, version: draft.counts ? version + 1 : 0 };
  return true;
}

function applyNode(draft: Draft, op: Extract<Op, { on: "node" }>): boolean {
  const queue = draft.queues[op.path];
  if (op.op === "queue") {
    queue.push({ who: op.run, owner: draft.session });
    return true;
  }
  // A removed node keeps its place: one of the same name and sequence may be put there again.
  const at = queue.flatMap((node, i) => (node.who === op.run ? [i] : []))[op.nth];
  const node = at === undefined ? undefined : queue[at];
  if (at === undefined && op.op === "create") queue.unshift({ who: op.run, owner: "none" });
  if (at === undefined || node === undefined || (node.removed === true) !== (op.op === "create")) return false;
  if (op.op === "remove") queue[at] = { ...node, removed: true };
  if (op.op === "create") queue[at] = { who: op.run, owner: "none" };
  return true;
}
