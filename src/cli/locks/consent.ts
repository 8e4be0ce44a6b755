// Before a lock is changed: what will go is shown, and somebody says yes to it, at the terminal or with --yes.
import type { LockView, NodeView } from "../../locks/admin/look.ts";
import { exitWith } from "../command-end.ts";
import type { Machine } from "../machine.ts";
import { nodesTable } from "./lock-table.ts";

/** On standard error, since it is no part of the answer. */
export function showNodes(machine: Machine, view: LockView, nodes: readonly NodeView[]): void {
  machine.err(nodesTable([view], () => nodes, machine.clock.now()));
}

/** Ends the command with exit code 5 where nobody agrees; nothing was changed then. */
export async function requireConsent(machine: Machine, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (machine.ask === undefined)
    return exitWith(machine, "refused", `${question} Nobody can be asked here: give --yes. Nothing was changed`);
  const answer = await machine.ask(`${question} [y/N] `);
  if (!/^y(?:es)?$/i.test(answer.trim())) exitWith(machine, "refused", "not confirmed: nothing was changed");
}

/** Which dialect is meant, where nodes of several stand there. */
export function requireOneDialect(machine: Machine, path: string, nodes: readonly NodeView[]): void {
  const standing = [...new Set(nodes.map(({ dialect }) => dialect))];
  if (standing.length < 2) return;
  const named = standing.join(", ");
  exitWith(machine, "refused", `${path}: nodes of ${named} stand here: name the one that is meant with --dialect. Nothing was changed`);
}

/** The persistent node of a window's run is the exclusion itself, and there is a better way to let go of it. `otherwise`: what removes it. */
export function requireNoRun(machine: Machine, path: string, nodes: readonly NodeView[], otherwise: string): void {
  const kept = nodes.find(({ run, session }) => run !== undefined && session === undefined);
  if (kept?.run === undefined) return;
  const { window, runId } = kept.run;
  const name = `${window.namespace}/${window.name}`;
  exitWith(
    machine,
    "refused",
    `${path}: ${kept.path} is held for run ${runId} of the window ${name}, whose Job may be running: delete the Job instead; or, where the window is being deleted and cannot let go, annotate it with exclusivewindow.dev/abandon-locks=${runId}. ${otherwise} removes it all the same. Nothing was changed`,
  );
}
