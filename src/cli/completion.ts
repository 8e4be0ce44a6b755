// `completion`: what a shell needs to complete this program's words, made from the commands themselves.
import { Argument, type Command } from "commander";
import { commandWords } from "./completion/command-words.ts";
import { completionShells, completionText } from "./completion/scripts.ts";
import type { Machine } from "./machine.ts";

export function addCompletion(program: Command, machine: Machine): void {
  program
    .command("completion")
    .summary("print a completion script for a shell")
    .description(
      "Prints a script that completes commands, options and their values. With kubectl: the program by which kubectl completes this plugin.",
    )
    .addArgument(new Argument("<shell>", "whose").choices(completionShells))
    .helpOption("-h, --help", "print this text")
    .addHelpText(
      "after",
      `\nExamples:\n  source <(${machine.program} completion bash)\n  ${machine.program} completion fish > ~/.config/fish/completions/exclusive-window.fish`,
    )
    .action((shell: (typeof completionShells)[number]) => {
      machine.out(completionText(shell, commandWords(program)));
    });
}
