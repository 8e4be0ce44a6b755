// Completion in zsh, which runs bash's through bashcompinit: one table, and one way through it.
import { bashScript } from "./bash.ts";
import type { CommandWords } from "./command-words.ts";

export function zshScript(words: readonly CommandWords[]): string {
  const script = bashScript(words).split("\n").slice(1).join("\n");
  return `#compdef exclusive-window
# Completion of exclusive-window for zsh: source <(exclusive-window completion zsh)
autoload -Uz bashcompinit && bashcompinit
mapfile() { shift; local name="$1" line; eval "$name=()"; while IFS= read -r line; do eval "$name+=(\\"\\$line\\")"; done; }
compopt() { :; }
${script}`;
}
