// Which words may follow which: commander's tree of commands, flattened to what a completion script looks up.
import type { Command, Option } from "commander";

export interface CommandWords {
  /** The words that lead to the command, without the program's own: "locks read status"; "" is the program. */
  readonly path: string;
  readonly commands: readonly string[];
  readonly options: readonly string[];
  /** Of the options and the arguments that take a value. */
  readonly values: readonly OptionValues[];
  /** Of the arguments. */
  readonly arguments: readonly string[];
}

export interface OptionValues {
  /** As typed, short and long. */
  readonly options: readonly string[];
  /** What may follow; empty where it is anything, file where it is the name of one. */
  readonly values: readonly string[];
  readonly file: boolean;
}

/** The program first, then the commands below it, each before its own. */
export function commandWords(program: Command): readonly CommandWords[] {
  return below(program, "");
}

function below(command: Command, path: string): readonly CommandWords[] {
  const { visibleCommands, visibleOptions } = visible(command);
  const own: CommandWords = {
    path,
    commands: visibleCommands.map((one) => one.name()),
    options: visibleOptions.flatMap(spellings),
    values: visibleOptions.filter((option) => option.required || option.optional).map(valuesOf),
    arguments: command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  };
  const further = visibleCommands.filter((one) => one.name() !== "help");
  return [own, ...further.flatMap((one) => below(one, `${path} ${one.name()}`.trim()))];
}

/** With the help that commander adds by itself. */
function visible(command: Command) {
  const help = command.createHelp();
  return { visibleCommands: help.visibleCommands(command), visibleOptions: help.visibleOptions(command) };
}

function spellings({ short, long }: Option): readonly string[] {
  return [short, long].flatMap((one) => one ?? []);
}

function valuesOf(option: Option): OptionValues {
  return { options: spellings(option), values: option.argChoices ?? [], file: option.flags.includes("<file>") };
}
