import { expect, test } from "vitest";
import { chosenGroups, stageGroups, stageNames } from "./all.ts";
import { noTests } from "./counts.ts";
import type { Stage } from "./stage.ts";

const preparation = (name: string): Stage => ({ name, about: "", run: async () => ({ passed: true, counts: noTests }) });
const groups = stageGroups([preparation("zookeeper"), preparation("cluster")]);

test("everything runs unless stages are chosen", () => {
  expect(stageNames(chosenGroups(groups, undefined))).toEqual([
    ...["types", "biome", "rooms", "sizes", "unused", "generated"],
    ...["unit", "checks"],
    ...["zookeeper", "cluster"],
    "integration",
    "e2e",
  ]);
});

test("chosen stages run in the usual order, without the others", () => {
  expect(stageNames(chosenGroups(groups, ["checks", "types"]))).toEqual(["types", "checks"]);
});

test.each(["integration", "e2e"])("%s brings its preparations with it", (name) => {
  expect(stageNames(chosenGroups(groups, [name]))).toEqual(["zookeeper", "cluster", name]);
});
