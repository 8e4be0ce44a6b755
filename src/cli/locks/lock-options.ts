// How a lock is named on the command line: by its path, or as LogDriver names it, by service path, hour and component.
import { type Command, Option } from "commander";
import { logdriverPath, logdriverRoot } from "../../protocol/dataset-paths.ts";
import { type Dialect, dialects } from "../../protocol/dialects.ts";
import { messageOf } from "../../shared/errors.ts";
import { checkPath } from "../../zookeeper/node-path.ts";
import { exitWith } from "../command-end.ts";
import { dataTime } from "../data-time.ts";
import type { Machine } from "../machine.ts";
import { addZooKeeperOptions, type ZooKeeperFlags } from "../zookeeper-options.ts";

export interface LockFlags extends ZooKeeperFlags {
  readonly servicePath?: string;
  readonly timestamp?: number;
  readonly component?: string;
  readonly root?: string;
  readonly dialect?: Dialect;
}

export function addLockOptions(command: Command): Command {
  command
    .option("--service-path <path>", "instead of PATH, as LogDriver names a lock: /service/<dc>/<service>/logs")
    .option("--timestamp <time>", "with it: yyyyMMdd/HH (UTC), milliseconds since 1970, or an RFC 3339 time", dataTime)
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
  const named = logdriverPath(flags.root ?? logdriverRoot, { servicePath, component, at: timestamp });
  if (named.kind === "path") return checkedPaths(machine, [named.path]);
  return exitWith(machine, "badInput", `${named.field === "component" ? "--component" : "--service-path"}: ${named.message}`);
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
