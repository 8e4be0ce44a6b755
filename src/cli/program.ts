// The command line: which commands there are, and what its exit code means.
// Promised: answers go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 usage or bad input;
// a command may have codes of its own, which its help lists.
import { Command, CommanderError } from "commander";
import { messageOf } from "../shared/errors.ts";
import { addCompletion } from "./completion.ts";
import { addComponent } from "./component.ts";
import { ExitCode } from "./exit-code.ts";
import { addGate } from "./gate.ts";
import { addInject } from "./inject.ts";
import { addLock } from "./lock.ts";
import { addLocks } from "./locks.ts";
import type { Machine } from "./machine.ts";
import { addNext } from "./next.ts";
import { versionText } from "./version.ts";

/** Never rejects. */
export async function runProgram(args: readonly string[], machine: Machine): Promise<number> {
  try {
    const program = createProgram(machine);
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof ExitCode) return error.code;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    machine.err(`error: ${messageOf(error)}\n`);
    return 1;
  }
}

function createProgram(machine: Machine): Command {
  const program = new Command(machine.program)
    .description(
      "For exclusive windows, Jobs that run on a schedule while no event processor works: looks at them, takes part in them, and sees to the locks they rest on.",
    )
    .version(versionText(), "-V, --version", "print the versions of this program, of its time zones and of Node")
    .helpOption("-h, --help", "print this text")
    .helpCommand("help [command]", "print the text about a command")
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 usage or bad input.")
    .showHelpAfterError(`All commands: ${machine.program} --help`)
    // So that `gate run` can hand the options of its command through.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: machine.out, writeErr: machine.err });
  addNext(program, machine);
  addLocks(program, machine);
  addLock(program, machine);
  addComponent(program, machine);
  addCompletion(program, machine);
  addInject(program, machine);
  addGate(program, machine);
  return program;
}
