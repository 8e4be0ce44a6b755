// `locks read reset`, `locks write reset`: removes the nodes of a lock that a person has seen. For what no session's end clears.
import type { Command } from "commander";
import { type LockView, lookAtLock, type NodeView, nodesOf } from "../../locks/admin/look.ts";
import { removalOrder, removeNodes } from "../../locks/admin/removal.ts";
import type { LockMode } from "../../protocol/dialects.ts";
import type { Session } from "../../zookeeper/session.ts";
import { exitWith } from "../command-end.ts";
import type { Machine } from "../machine.ts";
import { type DocumentFormat, outputOption } from "../output-format.ts";
import { withSession } from "../zookeeper-options.ts";
import { addChangeOptions, type ChangeFlags, refusalText } from "./change-options.ts";
import { requireConsent, requireNoRun, requireOneDialect, showNodes } from "./consent.ts";
import { addLockOptions, examplesOf, lockPath } from "./lock-options.ts";
import { warnOf } from "./lock-table.ts";
import { type RemovalLog, removalLog } from "./removals.ts";
import { concernedWindows, tellWindows } from "./window-event.ts";

interface Flags extends ChangeFlags {
  readonly output?: DocumentFormat;
}

export function addReset(group: Command, mode: LockMode, machine: Machine): void {
  const name = `${machine.program} locks ${mode} reset`;
  const reset = group
    .command("reset")
    .summary(`remove every ${mode} lock on a path (this should never be needed)`)
    .description(
      `Removes every ${mode} lock on a path, held or waited for. This should never be needed: a holder that died loses its lock when its session expires. Whoever's node is removed is not told and may go on as if it held the lock. What will be removed is shown first, and only that is removed.`,
    )
    .argument("[PATH]", "the lock path")
    .option("--force", "remove also the lock that a window's run holds for good")
    .addOption(outputOption("json, yaml: what was removed, as the reference describes it", ["json", "yaml"]))
    .addHelpText(
      "after",
      examplesOf([`${name} /locks/orders --zookeeper localhost:2181`, `${name} /locks/orders --dialect Curator --yes -o json`]),
    )
    .addHelpText("after", refusalText);
  addLockOptions(addChangeOptions(reset)).action(async (given: string | undefined, flags: Flags) => {
    const path = lockPath(machine, given, flags);
    await withSession(machine, flags, (session) => run(session, path, mode, { flags, machine }));
  });
}

interface Asked {
  readonly flags: Flags;
  readonly machine: Machine;
}

async function run(session: Session, path: string, mode: LockMode, { flags, machine }: Asked): Promise<void> {
  const view = await lookAtLock(session, path);
  warnOf(machine, [view]);
  const nodes = nodesOf(view, flags.dialect, mode);
  const log = removalLog(machine, flags.output);
  if (nodes.length === 0) {
    machine.err(`${path}: ${view.stat === undefined ? "there is no such node" : `there are no ${mode} locks`}: nothing to do\n`);
    log.end(path);
    return;
  }
  await agree(view, nodes, mode, { flags, machine });
  const windows = await concernedWindows(session, machine, flags, { path, nodes });
  let left = 0;
  try {
    for await (const removal of removeNodes(session, removalOrder(path, nodes))) log.told(removal);
  } finally {
    if (log.removed.length > 0) await tellWindows(machine, flags, windows, deed(path, mode, nodes, log));
    left = log.end(path);
  }
  if (left > 0) exitWith(machine, "failed", `${path}: ${left} of ${nodes.length} nodes were left: look again with locks ${mode} status`);
}

async function agree(view: LockView, nodes: readonly NodeView[], mode: LockMode, { flags, machine }: Asked): Promise<void> {
  const { path } = view;
  showNodes(machine, { ...view, foreign: [] }, nodes);
  requireOneDialect(machine, path, nodes);
  if (flags.force !== true) requireNoRun(machine, path, nodes, "--force");
  await requireConsent(
    machine,
    `Remove ${nodes.length === 1 ? "this lock" : `these ${nodes.length} locks`} from ${path} (${mode})?`,
    flags.yes === true,
  );
}

function deed(path: string, mode: LockMode, nodes: readonly NodeView[], { removed }: RemovalLog) {
  const owners = nodes.filter((node) => removed.includes(`${path}/${node.path}`)).map(({ owner, path: at }) => owner || at);
  const note = `exclusive-window locks ${mode} reset removed ${removed.length} lock nodes from ${path}: ${owners.join(", ")}`;
  return { reason: "LocksReset", action: "Reset", note } as const;
}
