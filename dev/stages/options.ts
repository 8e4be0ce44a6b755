// The command line of `npm test`.

export interface TestOptions {
  /** The stages to run; undefined for all. */
  readonly only: readonly string[] | undefined;
  /** Leave the cluster up, though this run started it. */
  readonly keep: boolean;
  readonly help: boolean;
  /** Handed on to vitest. */
  readonly vitestArguments: readonly string[];
}

/** Whatever is not ours goes to vitest. @throws Error on a stage that there is not, with the list of those that there are. */
export function parseOptions(args: readonly string[], stages: readonly string[]): TestOptions {
  const only: string[] = [];
  const vitestArguments: string[] = [];
  let keep = false;
  let help = false;
  const rest = args.flatMap((arg) => (arg.startsWith("--only=") ? ["--only", arg.slice("--only=".length)] : [arg]));
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--only") only.push(...stageNames(rest.shift() ?? "", stages));
    else if (arg === "--keep") keep = true;
    else if (arg === "--help" || arg === "-h") help = true;
    else vitestArguments.push(arg);
  }
  return { only: only.length === 0 ? undefined : only, keep, help, vitestArguments };
}

function stageNames(text: string, stages: readonly string[]): readonly string[] {
  const names = text.split(",");
  const unknown = names.find((name) => !stages.includes(name));
  if (unknown !== undefined) throw new Error(`--only: there is no stage "${unknown}"; the stages are ${stages.join(", ")}`);
  return names;
}
