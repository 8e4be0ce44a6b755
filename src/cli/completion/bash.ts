// Completion in bash, and for kubectl, which asks a program of its own for the words.
//
// Promised: words are those of the commands; where a file's name is wanted, bash completes files. Not promised: values that only a
// server knows, such as paths of locks.
import type { CommandWords } from "./command-words.ts";

/** Answers by lines; one that is `:file` asks for names of files. Reads the words before the one to complete. */
function candidates(words: readonly CommandWords[]): string {
  const commands = words.map(({ path, commands: names }) => `    ${quoted(path)}) echo ${quoted(names.join(" "))} ;;`);
  const others = words.map(
    ({ path, options, arguments: choices }) => `    ${quoted(path)}) echo ${quoted([...choices, ...options].join(" "))} ;;`,
  );
  const values = words.flatMap(({ path, values: all }) =>
    all.map(({ options, values: some, file }) => {
      const cases = options.map((option) => quoted(`${path} ${option}`.trim())).join(" | ");
      return `    ${cases}) echo ${quoted(file ? ":file" : some.join(" ") || ":any")} ;;`;
    }),
  );
  return `__exclusive_window_commands() {
  case "$1" in
${commands.join("\n")}
  esac
}
__exclusive_window_others() {
  case "$1" in
${others.join("\n")}
  esac
}
__exclusive_window_values() {
  case "$1" in
${values.join("\n")}
  esac
}
__exclusive_window_candidates() {
  local at="" word last="" values
  for word in "$@"; do
    last="$word"
    case " $(__exclusive_window_commands "$at") " in
      *" $word "*) at="\${at:+$at }$word" ;;
    esac
  done
  values="$(__exclusive_window_values "\${at:+$at }$last")"
  if [ -n "$values" ]; then echo "$values"; else echo "$(__exclusive_window_commands "$at") $(__exclusive_window_others "$at")"; fi
}`;
}

export function bashScript(words: readonly CommandWords[]): string {
  return `# Completion of exclusive-window for bash: source <(exclusive-window completion bash)
${candidates(words)}
_exclusive_window() {
  local word="\${COMP_WORDS[COMP_CWORD]}" found
  found="$(__exclusive_window_candidates "\${COMP_WORDS[@]:1:COMP_CWORD-1}")"
  COMPREPLY=()
  case "$found" in
    :file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    :any) ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$found" -- "$word") ;;
  esac
}
complete -F _exclusive_window exclusive-window
`;
}

/** kubectl calls it with the words after the plugin's name, the last one being completed, and reads words and a directive. */
export function kubectlScript(words: readonly CommandWords[]): string {
  return `#!/usr/bin/env bash
# How kubectl completes "kubectl exclusive-window": put this on the PATH as kubectl_complete-exclusive_window, and let it be executed.
${candidates(words)}
word="\${*: -1}"
found="$(__exclusive_window_candidates "\${@:1:$#-1}")"
case "$found" in
  :file) echo ":0" ;;
  :any) echo ":4" ;;
  *) compgen -W "$found" -- "$word"; echo ":4" ;;
esac
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\\\''")}'`;
}
