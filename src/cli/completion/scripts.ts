// The scripts by which shells complete the program's words. All four look words up in tables made from the commands; none runs the
// program, which would take as long as the user waits at the tab key.
import { bashScript, kubectlScript } from "./bash.ts";
import type { CommandWords } from "./command-words.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

export const completionShells = ["bash", "zsh", "fish", "kubectl"] as const;

export function completionText(shell: (typeof completionShells)[number], words: readonly CommandWords[]): string {
  switch (shell) {
    case "bash":
      return bashScript(words);
    case "zsh":
      return zshScript(words);
    case "fish":
      return fishScript(words);
    case "kubectl":
      return kubectlScript(words);
  }
}
