// What `lock exec` is to lock: the paths, or a dataset's, whose paths are made of service path, component and hours.
import { datasetPaths, logdriverLayout } from "../../protocol/dataset-paths.ts";
import type { Dialect } from "../../protocol/dialects.ts";
import { exitWith } from "../command-end.ts";
import type { Machine } from "../machine.ts";

export interface TargetFlags {
  readonly servicePath?: string;
  readonly component?: string;
  readonly from?: number;
  readonly to?: number;
  readonly layout?: string;
  readonly dialect?: Dialect;
}

export interface Target {
  readonly paths: readonly string[];
  readonly dialect: Dialect;
}

const flagOf = { servicePath: "--service-path", component: "--component", from: "--from", to: "--to", layout: "--layout" } as const;

/** Ends the command with exit code 2 where it is not said, or not in one way, what to lock. */
export function targetOf(machine: Machine, paths: readonly string[], flags: TargetFlags): Target {
  const { servicePath, component, from, to, layout } = flags;
  if ([servicePath, component, from, to, layout].every((part) => part === undefined)) {
    if (paths.length === 0) exitWith(machine, "badInput", "PATH: is missing; name a lock path, or a dataset with --service-path");
    return { paths, dialect: flags.dialect ?? "Curator" };
  }
  if (paths.length > 0) exitWith(machine, "badInput", `PATH ${paths[0]}: --service-path names what to lock already; leave one out`);
  if (servicePath === undefined || component === undefined || from === undefined || to === undefined)
    return exitWith(machine, "badInput", "--service-path, --component, --from and --to: a dataset is named by all four of them");
  const named = datasetPaths({ servicePath, component, from, to }, layout ?? logdriverLayout);
  if (named.kind === "problem") return exitWith(machine, "badInput", `${flagOf[named.field]}: ${named.message}`);
  // Whoever locks datasets today is LogDriver, and a lock that it does not see would be none.
  return { paths: named.paths, dialect: flags.dialect ?? "ZooKeeperRecipe" };
}
