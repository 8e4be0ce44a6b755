// knip with this project's knip.json is seen to fail on what nobody uses and on what nobody lists.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { plantedTree, project } from "./planted-tree.ts";

const named = z.array(z.object({ name: z.string() })).default([]);
const report = z.object({
  issues: z.array(
    z.object({
      file: z.string(),
      files: named,
      dependencies: named,
      devDependencies: named,
      unlisted: named,
      unresolved: named,
      exports: named,
      types: named,
    }),
  ),
});

/** `kind name` for everything that knip finds. */
function findingsIn(root: string): readonly string[] {
  const program = join(project, "node_modules/knip/bin/knip.js");
  let text: string;
  try {
    text = execFileSync(process.execPath, [program, "--reporter", "json", "--no-progress"], { cwd: root, encoding: "utf8", stdio: "pipe" });
  } catch (failure) {
    text = z.object({ stdout: z.string() }).parse(failure).stdout;
  }
  const { issues } = report.parse(JSON.parse(text));
  return issues.flatMap(({ file, ...kinds }) =>
    Object.entries(kinds).flatMap(([kind, names]) => names.map(({ name }) => (kind === "files" ? `${kind} ${file}` : `${kind} ${name}`))),
  );
}

test("what nobody uses, and what nobody lists, is found", () => {
  const root = plantedTree(
    {
      "package.json": JSON.stringify({
        name: "planted",
        type: "module",
        dependencies: { croner: "1.0.0", zod: "1.0.0" },
        devDependencies: { esbuild: "1.0.0" },
      }),
      "src/processor/index.ts": 'import "zod";\nimport "winston";\nimport "./nowhere.ts";\nimport { used } from "./gate.ts";\nused();\n',
      "src/processor/gate.ts": "export const used = () => 1;\nexport const unused = 1;\nexport type Unused = 1;\n",
      "src/kube/forgotten.ts": "export const a = 1;\n",
      "dev/test.ts": "console.log(1);\n",
    },
    ["knip.json"],
  );
  expect([...findingsIn(root)].sort()).toEqual([
    "dependencies croner",
    "devDependencies esbuild",
    "exports unused",
    "files src/kube/forgotten.ts",
    "types Unused",
    "unlisted winston",
    "unresolved ./nowhere.ts",
  ]);
});

test("the tree of this project has nothing of the kind", () => {
  expect(findingsIn(project)).toEqual([]);
});
