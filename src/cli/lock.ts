// `lock`: takes locks in ZooKeeper as any other program would. (To look at those of others: `locks`.)
import type { Command } from "commander";
import { addExec } from "./lock/exec.ts";
import type { Machine } from "./machine.ts";

export function addLock(program: Command, machine: Machine): void {
  const lock = program
    .command("lock")
    .summary("run a command under locks")
    .description("Takes locks in ZooKeeper, in the names of Curator, LogDriver and others, and holds them while a command runs.")
    .usage("COMMAND [options]")
    // So that all of the line reaches `lock exec`, with the -- that ends its own words.
    .enablePositionalOptions()
    .helpOption("-h, --help", "print this text")
    .helpCommand("help [command]", "print the text about a command")
    .allowExcessArguments();
  lock.action(() => {
    const [unknown] = lock.args;
    if (unknown !== undefined) lock.error(`error: unknown command '${unknown}'`, { code: "commander.unknownCommand", exitCode: 2 });
    lock.outputHelp();
  });
  addExec(lock, machine);
}
