// How a lock is named on the command line: by its path, or as LogDriver names it, by service path, hour and component.
import { type Command, InvalidArgumentError, Option } from "commander";
import { logdriverPath, logdriverRoot } from "../../locks/admin/logdriver-path.ts";
import { type Dialect, dialects } from "../../protocol/dialects.ts";
import { messageOf } from "../../shared/errors.ts";
import { checkPath } from "../../zookeeper/node-path.ts";
import { exitWith } from "../command-end.ts";
import { parseInstant } from "../instant.ts";
import type { Machine } from "../machine.ts";
import { addZooKeeperOptions, type ZooKeeperFlags } from "../zookeeper-options.ts";

export interface LockFlags extends ZooKeeperFlags {
  readonly servicePath?: string;
  readonly timestamp?: number | string;
  readonly component?: string;
  readonly root?: string;
  readonly dialect?: Dialect;
}

export function addLockOptions(command: Command): Command {
  command
    .option("--service-path <path>", "instead of PATH, as LogDriver names a lock: /service/<dc>/<service>/logs")
    .option("--timestamp <time>", "with it: yyyyMMdd/HH (UTC), milliseconds since 1970, or an RFC 3339 time", timestamp)
    .option("--component <name>", "with it: the component")
    .option(
      "--root <path>",
      `the node below which all locks stand (default: /; with --service-path, and for paths below it, ${logdriverRoot})`,
    )
    .addOption(dialectOption());
  return addZooKeeperOptions(command);
}

export function dialectOption(): Option {
  return new Option("--dialect <name>", "only nodes of this dialect (default: whatever stands there)").choices(dialects);
}

export const examplesOf = (lines: readonly string[]) => `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;

/** At least one path, each as ZooKeeper takes it; ends the command with exit code 2 otherwise. */
export function lockPaths(machine: Machine, paths: readonly string[], flags: LockFlags): readonly string[] {
  const { servicePath, timestamp, component } = flags;
  const parts = [servicePath, timestamp, component].filter((part) => part !== undefined);
  if (parts.length === 0)
    return paths.length > 0 ? checkedPaths(machine, paths) : exitWith(machine, "badInput", "PATH: is missing; name a lock");
  if (paths.length > 0)
    return exitWith(
      machine,
      "badInput",
      `PATH ${paths[0]}: --service-path, --timestamp and --component name a lock already; leave one out`,
    );
  if (servicePath === undefined || timestamp === undefined || component === undefined)
    return exitWith(machine, "badInput", "--service-path, --timestamp and --component: a lock is named by all three of them");
  const named = logdriverPath({ root: flags.root ?? logdriverRoot, servicePath, timestamp, component });
  return named.kind === "problem" ? exitWith(machine, "badInput", named.message) : checkedPaths(machine, [named.path]);
}

/** The only one. */
export function lockPath(machine: Machine, path: string | undefined, flags: LockFlags): string {
  const [only = ""] = lockPaths(machine, path === undefined ? [] : [path], flags);
  return only;
}

export function checkedPaths(machine: Machine, paths: readonly string[]): readonly string[] {
  try {
    for (const path of paths) checkPath(path);
  } catch (error) {
    return exitWith(machine, "badInput", `PATH ${messageOf(error)}`);
  }
  return paths;
}

function timestamp(text: string): number | string {
  if (/^\d{8}\/\d\d$/.test(text)) return text;
  if (/^\d{9,14}$/.test(text)) return Number(text);
  const read = parseInstant(text);
  if (read.kind === "problem") throw new InvalidArgumentError(`${read.message} An hour is yyyyMMdd/HH.`);
  return read.at;
}
