// `locks`: looks at lock nodes of any dialect in ZooKeeper, and removes those that a person has seen.
import type { Command } from "commander";
import { addGroup } from "./command-group.ts";
import { examplesOf } from "./locks/lock-options.ts";
import { addPurge } from "./locks/purge.ts";
import { addReset } from "./locks/reset.ts";
import { addScan } from "./locks/scan.ts";
import { addStatus } from "./locks/status.ts";
import { addWatch } from "./locks/watch.ts";
import type { Machine } from "./machine.ts";

export function addLocks(program: Command, machine: Machine): void {
  const locks = addGroup(program, "locks", "look at locks in ZooKeeper, and clear them").description(
    "Looks at locks in ZooKeeper, whoever made them, and clears those that nobody else will: Curator's read/write locks and mutexes, the ZooKeeper recipe's (LogDriver), and those of windows.",
  );
  const name = `${machine.program} locks`;
  locks.addHelpText("after", examplesOf([`${name} scan --zookeeper localhost:2181`, `${name} read status /locks/orders -o wide`]));
  for (const mode of ["read", "write"] as const) {
    const one = addGroup(locks, mode, `how many ${mode} locks there are; reset them to none`);
    addStatus(one, mode, machine);
    addReset(one, mode, machine);
  }
  addScan(locks, machine);
  addPurge(locks, machine);
  addWatch(locks, machine);
}
