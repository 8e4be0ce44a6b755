// A command of commands: by itself it lists them.
import type { Command } from "commander";

export function addGroup(parent: Command, name: string, summary: string): Command {
  const group = parent
    .command(name)
    .summary(summary)
    .usage("COMMAND [options]")
    .helpOption("-h, --help", "print this text")
    .helpCommand("help [command]", "print the text about a command")
    .allowExcessArguments();
  return group.action(() => {
    const [unknown] = group.args;
    if (unknown !== undefined) group.error(`error: unknown command '${unknown}'`, { code: "commander.unknownCommand", exitCode: 2 });
    group.outputHelp();
  });
}
