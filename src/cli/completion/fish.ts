// Completion in fish: a line for each word, with the condition under which it may come.
import type { CommandWords } from "./command-words.ts";

export function fishScript(words: readonly CommandWords[]): string {
  return `# Completion of exclusive-window for fish: exclusive-window completion fish > ~/.config/fish/completions/exclusive-window.fish
complete -c exclusive-window -f
function __exclusive_window_at
  set -l path
  set -l known ${words.map(({ path }) => quoted(path)).join(" ")}
  for word in (commandline -opc)[2..]
    contains -- (string trim -- "$path $word") $known; and set -a path $word
  end
  test "$path" = "$argv"
end
${words.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, commands, options, values, arguments: choices }: CommandWords): readonly string[] {
  const start = `complete -c exclusive-window -n ${quoted(`__exclusive_window_at ${path}`.trim())}`;
  const bare = [...commands, ...choices];
  const valued = new Set(values.flatMap((one) => one.options));
  return [
    ...(bare.length === 0 ? [] : [`${start} -a ${quoted(bare.join(" "))}`]),
    ...options.filter((option) => !valued.has(option)).map((option) => `${start} ${spelt(option)}`),
    ...values.map(({ options: names, values: some, file }) => {
      const what = file ? " -r -F" : some.length > 0 ? ` -x -a ${quoted(some.join(" "))}` : " -x";
      return `${start} ${names.map(spelt).join(" ")}${what}`;
    }),
  ];
}

function spelt(option: string): string {
  return option.startsWith("--") ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
