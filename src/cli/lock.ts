// `lock`: takes locks in ZooKeeper as any other program would. (To look at those of others: `locks`.)
import type { Command } from "commander";
import { addGroup } from "./command-group.ts";
import { addExec } from "./lock/exec.ts";
import type { Machine } from "./machine.ts";

export function addLock(program: Command, machine: Machine): void {
  const lock = addGroup(program, "lock", "run a command under locks")
    .description("Takes locks in ZooKeeper, in the names of Curator, LogDriver and others, and holds them while a command runs.")
    // So that all of the line reaches `lock exec`, with the -- that ends its own words.
    .enablePositionalOptions();
  addExec(lock, machine);
}
