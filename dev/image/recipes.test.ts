import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "./bundle.ts";
import { foreignRecipes, recipes } from "./recipes.ts";

const dockerfile = readFileSync(join(projectRoot, "Dockerfile"), "utf8");

/** What stands between a stage's FROM and the next one. */
function stage(target: string): string {
  return dockerfile.split(/^FROM /m).find((text) => text.split("\n")[0]?.endsWith(` AS ${target}`)) ?? "";
}

test.each([...recipes, ...foreignRecipes])("the Dockerfile's stage $target starts the same program", ({ target, entrypoint, command }) => {
  const list = (words: readonly string[]) => `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
  expect(stage(target)).toContain(`ENTRYPOINT ${list(entrypoint)}\n`);
  if (command.length > 0) expect(stage(target)).toContain(`CMD ${list(command)}\n`);
});
