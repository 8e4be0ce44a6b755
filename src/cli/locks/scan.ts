// `locks scan`: every lock below a path.
import type { Command } from "commander";
import { nodesOf } from "../../locks/admin/look.ts";
import { type Scan, scanLocks } from "../../locks/admin/scan.ts";
import { exitWith } from "../command-end.ts";
import type { Machine } from "../machine.ts";
import { documentText, outputOption } from "../output-format.ts";
import { addZooKeeperOptions, withSession } from "../zookeeper-options.ts";
import { liveLine } from "./live-line.ts";
import { lockDocument } from "./lock-document.ts";
import { checkedPaths, dialectOption, examplesOf, type LockFlags } from "./lock-options.ts";
import { locksTable, nodesTable, warnOf } from "./lock-table.ts";

interface Flags extends LockFlags {
  readonly empty?: true;
  readonly output?: "json" | "yaml" | "wide";
}

export function addScan(locks: Command, machine: Machine): void {
  const name = `${machine.program} locks scan`;
  const scan = locks
    .command("scan")
    .summary("list every lock below a path")
    .description("Lists every lock at or below ROOT: who holds it, who waits for whom, and what else stands there. It changes nothing.")
    .argument("[ROOT]", "where to begin", "/")
    .option("--empty", "list too what had children once and has none: locks that nobody holds, and other empty nodes")
    .addOption(dialectOption())
    .addOption(outputOption("json, yaml: the document that the reference describes; wide: a line for each node", ["json", "yaml", "wide"]))
    .addHelpText(
      "after",
      examplesOf([`${name} --zookeeper localhost:2181`, `${name} /logdriver/locks -o wide`, `${name} --empty -o json`]),
    );
  addZooKeeperOptions(scan).action(async (root: string, flags: Flags) => {
    checkedPaths(machine, [root]);
    const line = liveLine(machine);
    const found = await withSession(machine, flags, (session) =>
      scanLocks(session, root, {
        empty: flags.empty === true,
        progress: ({ visited, found }) => line.show(`${visited} nodes, ${found} locks`),
      }),
    ).finally(() => line.end());
    print(root, found, flags, machine);
  });
}

function print(root: string, scan: Scan, { dialect, output }: Flags, machine: Machine): void {
  const nowMs = machine.clock.now();
  const views = scan.locks.filter((view) => dialect === undefined || view.dialects.includes(dialect));
  if (output === "json" || output === "yaml") {
    const locks = views.map((view) => lockDocument(view, nowMs, dialect));
    machine.out(documentText({ root, locks, unreadable: scan.unreadable }, output));
  } else if (views.length === 0) machine.err(`no locks at or below ${root} (${scan.visited} nodes looked at)\n`);
  else machine.out(output === "wide" ? nodesTable(views, (view) => nodesOf(view, dialect), nowMs) : locksTable(views, dialect));
  warnOf(machine, scan.locks);
  if (scan.unreadable.length === 0) return;
  exitWith(machine, "failed", `the list is not complete: these credentials may not read ${scan.unreadable.join(", ")}`);
}
