// `locks purge`: removes a lock path that nobody needs any more, with the nodes above it that have nothing left below them.
import type { Command } from "commander";
import { type LockView, lookAtLock } from "../../locks/admin/look.ts";
import { parentsToRemove, purgeProblem, removeLockPath, removeParents } from "../../locks/admin/purge.ts";
import { removalOrder, removeNodes, type ShownNode } from "../../locks/admin/removal.ts";
import { logdriverRoot } from "../../protocol/dataset-paths.ts";
import type { Session } from "../../zookeeper/session.ts";
import { exitWith } from "../command-end.ts";
import type { Machine } from "../machine.ts";
import { type DocumentFormat, outputOption } from "../output-format.ts";
import { withSession } from "../zookeeper-options.ts";
import { addChangeOptions, type ChangeFlags, refusalText } from "./change-options.ts";
import { requireConsent, requireNoRun, showNodes } from "./consent.ts";
import { addLockOptions, examplesOf, lockPath } from "./lock-options.ts";
import { warnOf } from "./lock-table.ts";
import { requireAllOfIt, requirePlainNode, strangers } from "./purge-guards.ts";
import { type RemovalLog, removalLog } from "./removals.ts";
import { concernedWindows, tellWindows } from "./window-event.ts";

interface Flags extends ChangeFlags {
  readonly dryRun?: true;
  readonly output?: DocumentFormat;
}

interface Purge {
  readonly session: Session;
  readonly machine: Machine;
  readonly flags: Flags;
  readonly root: string;
}

export function addPurge(locks: Command, machine: Machine): void {
  const name = `${machine.program} locks purge`;
  const purge = locks
    .command("purge")
    .summary("remove a lock path that nobody needs any more, and its childless parents")
    .description(
      "Removes a lock path, and the nodes above it that have nothing left below them, up to the root of the locks. A lock that is held or waited for, and a path with other children, is refused without --force.",
    )
    .argument("[PATH]", "the lock path")
    .option("--force", "remove what stands on the path too, after showing it")
    .option("--dry-run", "only say what would be removed")
    .addOption(outputOption("json, yaml: what was removed, as the reference describes it", ["json", "yaml"]))
    .addHelpText(
      "after",
      examplesOf([
        `${name} /locks/orders --dry-run`,
        `${name} /logdriver/locks/service/99/web/logs/20261126/04/app --root /logdriver/locks`,
      ]),
    )
    .addHelpText("after", refusalText);
  addLockOptions(addChangeOptions(purge)).action(async (given: string | undefined, flags: Flags) => {
    const path = lockPath(machine, given, flags);
    const root = flags.root ?? (path.startsWith(`${logdriverRoot}/`) ? logdriverRoot : "/");
    const problem = purgeProblem(path, root);
    if (problem !== undefined) exitWith(machine, "badInput", `PATH ${problem}`);
    await withSession(machine, flags, (session) => run(path, { session, machine, flags, root }));
  });
}

async function run(path: string, purge: Purge): Promise<void> {
  const { session, machine, flags } = purge;
  const view = await lookAtLock(session, path);
  warnOf(machine, [view]);
  const log = removalLog(machine, flags.output);
  if (view.stat === undefined) {
    machine.err(`${path}: there is no such node: nothing to do\n`);
    log.end(path);
    return;
  }
  await requirePlainNode(session, machine, view, flags.force === true);
  const inTheWay = await agree(view, purge);
  if (flags.dryRun === true) return announce(path, inTheWay, purge, log);
  const windows = await concernedWindows(session, machine, flags, view);
  let done = false;
  try {
    done = await removeAll(path, inTheWay, purge, log);
  } finally {
    const note = `exclusive-window locks purge removed ${log.removed.length} nodes: ${log.removed.join(", ")}`;
    if (log.removed.length > 0) await tellWindows(machine, flags, windows, { reason: "LockPurged", action: "Purge", note });
    log.end(path);
  }
  if (!done) exitWith(machine, "failed", `${path} stands: what is in its way is named above`);
}

/** What has to go before the path can: nothing, where nobody stands there. */
async function agree(view: LockView, { session, machine, flags }: Purge): Promise<readonly ShownNode[]> {
  const { path, foreign, nodes } = view;
  if (nodes.length + foreign.length === 0) return [];
  showNodes(machine, view, nodes);
  if (flags.force !== true) {
    const what = `${nodes.length} lock nodes and ${foreign.length} other children`;
    exitWith(machine, "refused", `${path}: ${what} stand here; --force removes them too. Nothing was changed`);
  }
  requireAllOfIt(machine, view, flags.dialect);
  requireNoRun(machine, path, nodes, "locks write reset --force");
  const others = await strangers(session, machine, view);
  if (flags.dryRun !== true) {
    const count = nodes.length + others.length;
    await requireConsent(machine, `Remove ${count === 1 ? "this node" : `these ${count} nodes`}, and ${path}?`, flags.yes === true);
  }
  return [...removalOrder(path, nodes), ...others];
}

async function announce(path: string, inTheWay: readonly ShownNode[], { session, root }: Purge, log: RemovalLog): Promise<void> {
  for (const at of [...inTheWay.map((node) => node.path), path, ...(await parentsToRemove(session, path, root))]) log.planned(at);
  log.end(path);
}

/** The path only once nothing is in its way, the nodes above it only once it is gone. Answers whether it is. */
async function removeAll(path: string, inTheWay: readonly ShownNode[], { session, root }: Purge, log: RemovalLog): Promise<boolean> {
  let clear = true;
  for await (const removal of removeNodes(session, inTheWay)) clear = log.told(removal) && clear;
  if (!clear || !log.told(await removeLockPath(session, path))) return false;
  for (const removal of await removeParents(session, path, root)) log.told(removal);
  return true;
}
