// The stages of `npm test` and their order: first what is quick and needs nothing, then what needs a machine.
import { programStage } from "./program-stage.ts";
import type { Stage, StageGroup } from "./stage.ts";
import { vitestStage } from "./vitest-stage.ts";

/** Stages that need all the preparations. */
const needingServers: ReadonlySet<string> = new Set(["integration", "e2e"]);

const preparing = "preparations";

const staticChecks: readonly Stage[] = [
  programStage({ name: "types", about: "the compiler, strict", script: "types", command: ["tsc"] }),
  programStage({ name: "biome", about: "format and lint", script: "lint", command: ["biome", "check", "--error-on-warnings", "."] }),
  programStage({ name: "rooms", about: "who may import whom", script: "rooms", command: ["node", "dev/check/rooms.ts"] }),
  programStage({ name: "sizes", about: "sizes, names and purity", script: "sizes", command: ["node", "dev/check/main.ts"] }),
  programStage({
    name: "unused",
    about: "files, exports and packages that nobody uses",
    script: "unused",
    command: ["knip", "--no-progress"],
  }),
  programStage({
    name: "generated",
    about: "what follows from src/crds is up to date",
    script: "generate -- --check",
    command: ["node", "dev/generate.ts", "--check"],
  }),
];

const withoutServers: readonly Stage[] = [
  vitestStage("unit", "tests beside the source"),
  vitestStage("checks", "planted violations: each check is seen to fail"),
];

/** @param preparations what brings up ZooKeeper's program and the cluster */
export function stageGroups(preparations: readonly Stage[]): readonly StageGroup[] {
  return [
    { name: "static checks", atOnce: 2, stages: staticChecks },
    { name: "tests without servers", atOnce: 1, stages: withoutServers },
    { name: preparing, atOnce: 1, stages: preparations },
    { name: "integration tests", atOnce: 1, stages: [vitestStage("integration", "a real ZooKeeper and a real API server; the manifests")] },
    { name: "end-to-end tests", atOnce: 1, stages: [vitestStage("e2e", "a real cluster, one story a file", "e2e*")] },
  ];
}

/** The groups with the chosen stages alone, and with the preparations that those need. */
export function chosenGroups(groups: readonly StageGroup[], only: readonly string[] | undefined): readonly StageGroup[] {
  if (only === undefined) return groups;
  const wanted = new Set(only);
  const prepared = only.some((name) => needingServers.has(name));
  return groups
    .map((group) => ({ ...group, stages: group.stages.filter(({ name }) => wanted.has(name) || (prepared && group.name === preparing)) }))
    .filter(({ stages }) => stages.length > 0);
}

export function stageNames(groups: readonly StageGroup[]): readonly string[] {
  return groups.flatMap(({ stages }) => stages.map(({ name }) => name));
}
