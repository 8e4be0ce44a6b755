// Locks as people read them: a line for each lock, or for each node of them.

import { type LockView, type NodeView, nodesOf } from "../../locks/admin/look.ts";
import type { Dialect } from "../../protocol/dialects.ts";
import { ageText } from "../age.ts";
import type { Machine } from "../machine.ts";
import { table } from "../table.ts";
import { countsOf, dialectsOf, hex } from "./lock-document.ts";

const none = "<none>";

export function locksTable(views: readonly LockView[], dialect: Dialect | undefined): string {
  const rows = views.map((view) => {
    const nodes = nodesOf(view, dialect);
    const [read, write] = [countsOf(nodes.filter(({ kind }) => kind === "read")), countsOf(nodes.filter(({ kind }) => kind === "write"))];
    const modified = view.modifiedMs === undefined ? none : `${new Date(view.modifiedMs).toISOString().slice(0, 19)}Z`;
    return [view.path, dialectText(nodes), `${read.held}`, `${write.held}`, `${read.waiting + write.waiting}`, modified];
  });
  return table(["PATH", "DIALECT", "READ", "WRITE", "WAITING", "LAST MODIFIED"], rows);
}

/** A line for each node, and for each child that is none. */
export function nodesTable(views: readonly LockView[], select: (view: LockView) => readonly NodeView[], nowMs: number): string {
  const rows = views.flatMap((view) => {
    const nodes = select(view).map((node) => [view.path, ...nodeRow(node, nowMs)]);
    const foreign = view.foreign.map(({ path, what }) => [view.path, path, none, none, "foreign", what, none, none, none, none]);
    const all = [...nodes, ...foreign];
    return all.length > 0 ? all : [[view.path, ...Array<string>(9).fill(none)]];
  });
  return table(["PATH", "NODE", "DIALECT", "MODE", "STATE", "OWNER", "SESSION", "AGE", "CZXID", "WAITS FOR"], rows);
}

export function dialectText(nodes: readonly NodeView[]): string {
  return dialectsOf(nodes).join(",") || none;
}

function nodeRow(node: NodeView, nowMs: number): readonly string[] {
  const { path, dialect, kind, standing, owner, session, czxid, createdMs, ahead } = node;
  const who = owner === undefined ? "<unreadable>" : owner || none;
  const age = ageText(nowMs - createdMs);
  return [path, dialect, kind, standing, who, session ?? "<persistent>", age, hex(czxid), ahead.join(",") || none];
}

/** What nobody must miss, on standard error. */
export function warnOf(machine: Machine, views: readonly LockView[]): void {
  for (const { path, blind, sequence } of views) {
    if (blind !== undefined) machine.err(`WARNING: ${blind}\n`);
    if (sequence !== undefined) machine.err(`WARNING: ${path}: ${sequence.message}\n`);
  }
}
