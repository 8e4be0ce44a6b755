// `locks read status`, `locks write status`: how many hold a lock, and how many wait for it.
import type { Command } from "commander";
import { type LockView, lookAtLock, nodesOf } from "../../locks/admin/look.ts";
import type { LockMode } from "../../protocol/dialects.ts";
import { mapBounded } from "../../zookeeper/bounded.ts";
import type { Machine } from "../machine.ts";
import { documentText, outputOption } from "../output-format.ts";
import { table } from "../table.ts";
import { withSession } from "../zookeeper-options.ts";
import { countsOf, statusDocument } from "./lock-document.ts";
import { addLockOptions, examplesOf, type LockFlags, lockPaths } from "./lock-options.ts";
import { dialectText, nodesTable, warnOf } from "./lock-table.ts";

interface Flags extends LockFlags {
  readonly output?: "json" | "yaml" | "wide";
}

export function addStatus(group: Command, mode: LockMode, machine: Machine): void {
  const name = `${machine.program} locks ${mode} status`;
  const status = group
    .command("status")
    .summary(`how many ${mode} locks are held, and how many are waited for`)
    .description(`Prints how many ${mode} locks are held on each path, and how many wait. A path that does not exist has none.`)
    .argument("[PATH...]", "lock paths")
    .addOption(outputOption("json, yaml: the document that the reference describes; wide: a line for each node", ["json", "yaml", "wide"]))
    .addHelpText(
      "after",
      examplesOf([
        `${name} /locks/orders --zookeeper localhost:2181`,
        `${name} --service-path /service/99/web/logs --timestamp 20261126/04 --component app -o json`,
      ]),
    );
  addLockOptions(status).action(async (paths: readonly string[], flags: Flags) => {
    const all = lockPaths(machine, paths, flags);
    const views = await withSession(machine, flags, (session) => mapBounded(all, (path) => lookAtLock(session, path)));
    print(views, mode, flags, machine);
  });
}

function print(views: readonly LockView[], mode: LockMode, { dialect, output }: Flags, machine: Machine): void {
  const nowMs = machine.clock.now();
  const select = (view: LockView) => nodesOf(view, dialect, mode);
  if (output === "wide") machine.out(nodesTable(views, select, nowMs));
  else if (output !== undefined) {
    const locks = views.map((view) => statusDocument(view, select(view), nowMs));
    machine.out(documentText({ mode, locks }, output));
  } else {
    const rows = views.map((view) => {
      const { held, waiting } = countsOf(select(view));
      return [view.path, dialectText(select(view)), `${held}`, `${waiting}`];
    });
    machine.out(table(["PATH", "DIALECT", "HELD", "WAITING"], rows));
  }
  for (const { path, stat } of views) if (stat === undefined) machine.err(`${path}: there is no such node, so nobody locks there\n`);
  warnOf(machine, views);
}
