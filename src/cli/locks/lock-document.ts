// Locks as programs read them: the shape of -o json and -o yaml, which docs/reference/cli.md describes. Fields may be added; none
// changes its meaning. What is not known or does not apply is null.

import { type LockView, type NodeView, nodesOf } from "../../locks/admin/look.ts";
import { type Dialect, dialects } from "../../protocol/dialects.ts";

export interface Counts {
  readonly held: number;
  readonly waiting: number;
}

export function lockDocument(view: LockView, nowMs: number, dialect?: Dialect) {
  const nodes = nodesOf(view, dialect);
  return {
    ...base(view, nodes),
    read: countsOf(nodes.filter(({ kind }) => kind === "read")),
    write: countsOf(nodes.filter(({ kind }) => kind === "write")),
    nodes: nodes.map((node) => nodeDocument(node, nowMs)),
    foreign: view.foreign,
    ...problems(view),
  };
}

/** Of one kind of lock alone. */
export function statusDocument(view: LockView, nodes: readonly NodeView[], nowMs: number) {
  return { ...base(view, nodes), ...countsOf(nodes), nodes: nodes.map((node) => nodeDocument(node, nowMs)), ...problems(view) };
}

export function countsOf(nodes: readonly NodeView[]): Counts {
  const held = nodes.filter(({ standing }) => standing === "held").length;
  return { held, waiting: nodes.length - held };
}

export function dialectsOf(nodes: readonly NodeView[]): readonly Dialect[] {
  return dialects.filter((dialect) => nodes.some((node) => node.dialect === dialect));
}

export function timeText(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

export function hex(zxid: bigint): string {
  return `0x${zxid.toString(16)}`;
}

function base(view: LockView, nodes: readonly NodeView[]) {
  return { path: view.path, exists: view.stat !== undefined, lastModified: timeText(view.modifiedMs), dialects: dialectsOf(nodes) };
}

function problems({ blind, sequence }: LockView) {
  return { blind: blind ?? null, sequence: sequence ?? null };
}

function nodeDocument(node: NodeView, nowMs: number) {
  const { path, dialect, kind, standing, ahead, owner, session, run, czxid, createdMs } = node;
  return {
    name: path,
    dialect,
    mode: kind,
    state: standing,
    waitsFor: ahead,
    owner: owner ?? null,
    session: session ?? null,
    window: run === undefined ? null : `${run.window.namespace}/${run.window.name}`,
    run: run?.runId ?? null,
    czxid: hex(czxid),
    created: timeText(createdMs),
    ageSeconds: Math.max(0, Math.floor((nowMs - createdMs) / 1000)),
  };
}
