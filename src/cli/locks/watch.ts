// `locks watch`: one lock, live, until the user ends it.
import type { Command } from "commander";
import { type LockView, type NodeView, nodesOf } from "../../locks/admin/look.ts";
import { watchLock } from "../../locks/admin/watch.ts";
import type { Machine } from "../machine.ts";
import { outputOption } from "../output-format.ts";
import { withSessionUntil } from "../zookeeper-options.ts";
import { countsOf, lockDocument } from "./lock-document.ts";
import { addLockOptions, examplesOf, type LockFlags, lockPath } from "./lock-options.ts";
import { nodesTable, warnOf } from "./lock-table.ts";

interface Flags extends LockFlags {
  readonly output?: "json";
}

export function addWatch(locks: Command, machine: Machine): void {
  const name = `${machine.program} locks watch`;
  const watch = locks
    .command("watch")
    .summary("show one lock at every change, until ctrl-c")
    .description(
      "Shows who holds a lock and who waits for it, at every change until ctrl-c: on a terminal as a table that is drawn anew, elsewhere as a line for each change. A path that does not exist is waited for.",
    )
    .argument("[PATH]", "the lock path")
    .addOption(outputOption("json: one document a line, as of locks scan", ["json"]))
    .addHelpText("after", examplesOf([`${name} /locks/orders --zookeeper localhost:2181`, `${name} /locks/orders -o json`]));
  addLockOptions(watch).action(async (given: string | undefined, flags: Flags) => {
    const path = lockPath(machine, given, flags);
    const signal = machine.interruption?.() ?? new AbortController().signal;
    const changed = printer(machine, flags);
    await withSessionUntil(machine, flags, signal, (session) =>
      watchLock(session, path, { changed, connection: (state) => connection(machine, state) }, signal),
    );
  });
}

function connection(machine: Machine, state: string): void {
  if (state === "suspended") machine.err("the connection to ZooKeeper is away: what is shown may be out of date\n");
  if (state === "connected") machine.err("the connection to ZooKeeper is back\n");
}

function printer(machine: Machine, { dialect, output }: Flags): (view: LockView) => void {
  let before: LockView | undefined;
  return (view) => {
    const nowMs = machine.clock.now();
    if (before !== undefined && sameNodes(before, view)) return;
    if (output === "json") machine.out(`${JSON.stringify({ at: new Date(nowMs).toISOString(), ...lockDocument(view, nowMs, dialect) })}\n`);
    else if (machine.screen?.out === true) machine.out(`\x1b[H\x1b[2J${nodesTable([view], (one) => nodesOf(one, dialect), nowMs)}`);
    else machine.out(changeLine(before, view, nowMs, dialect));
    if (before === undefined || before.blind !== view.blind) warnOf(machine, [view]);
    before = view;
  };
}

function changeLine(before: LockView | undefined, view: LockView, nowMs: number, dialect: LockFlags["dialect"]): string {
  const [was, is] = [before === undefined ? [] : nodesOf(before, dialect), nodesOf(view, dialect)];
  const counts = (["read", "write"] as const).map((kind) => {
    const { held, waiting } = countsOf(is.filter((node) => node.kind === kind));
    return `${kind} ${held} held ${waiting} waiting`;
  });
  const came = is.filter((node) => !was.some((other) => other.czxid === node.czxid)).map((node) => `+${nameOf(node)}`);
  const went = was.filter((node) => !is.some((other) => other.czxid === node.czxid)).map((node) => `-${nameOf(node)}`);
  return `${[new Date(nowMs).toISOString(), view.path, counts.join(", "), ...went, ...came].join("  ")}\n`;
}

function nameOf({ kind, owner, path }: NodeView): string {
  return `${kind}:${owner || path}`;
}

function sameNodes(a: LockView, b: LockView): boolean {
  const told = (view: LockView) =>
    JSON.stringify([view.stat === undefined, view.nodes.map((node) => [node.path, node.standing, hexOf(node)]), view.foreign]);
  return told(a) === told(b);
}

function hexOf({ czxid, session }: NodeView): string {
  return `${czxid} ${session}`;
}
