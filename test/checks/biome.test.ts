// biome with this project's biome.json is seen to fail on each of the rules that the style sheet asks for.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { plantedTree, project } from "./planted-tree.ts";

const report = z.object({
  diagnostics: z.array(z.object({ category: z.string(), severity: z.string(), location: z.object({ path: z.string() }) })),
});

const tooComplex = `export function a(b: number): number {\n${"  if (b > 1) {\n    if (b > 2) b += 1;\n  }\n".repeat(5)}  return b;\n}\n`;

const planted: readonly (readonly [rule: string, file: string, text: string])[] = [
  ["format", "src/kube/format.ts", "export const a = 'b'\n"],
  ["format", "src/kube/wide.ts", `export const a = [${Array.from({ length: 20 }, (_, i) => `"${i}23456"`).join(", ")}];\n`],
  ["lint/suspicious/noExplicitAny", "src/kube/any.ts", "export const a = (b: any) => b;\n"],
  ["lint/style/noNonNullAssertion", "src/kube/bang.ts", "export const a = (b?: string) => b!.length;\n"],
  ["lint/style/noEnum", "src/kube/enum.ts", "export enum A {\n  B = 1,\n}\n"],
  ["lint/style/noParameterProperties", "src/kube/property.ts", "export class A {\n  constructor(readonly b: string) {}\n}\n"],
  ["lint/style/useImportType", "src/kube/type.ts", 'import { A } from "./good.ts";\n\nexport type B = A;\n'],
  ["lint/style/useNodejsImportProtocol", "src/kube/node.ts", 'import { readFileSync } from "fs";\n\nexport const a = readFileSync;\n'],
  ["lint/style/noDefaultExport", "src/kube/default.ts", "export default 1;\n"],
  ["lint/style/useFilenamingConvention", "src/kube/SomeName.ts", "export const a = 1;\n"],
  ["lint/complexity/noExcessiveCognitiveComplexity", "src/kube/complex.ts", tooComplex],
  ["lint/complexity/useMaxParams", "src/kube/five.ts", "export const a = (b: 1, c: 1, d: 1, e: 1, f: 1) => [b, c, d, e, f];\n"],
  [
    "lint/complexity/noForEach",
    "src/kube/each.ts",
    "export const a = (b: string[]) => {\n  b.forEach((c) => {\n    c.trim();\n  });\n};\n",
  ],
  ["lint/correctness/noUnusedVariables", "src/kube/unused.ts", "const a = 1;\nexport const b = 2;\n"],
  ["lint/correctness/noUnusedImports", "src/kube/unused-import.ts", 'import { good } from "./good.ts";\n\nexport const b = 2;\n'],
  ["lint/correctness/useImportExtensions", "src/kube/extension.ts", 'export { good } from "./good";\n'],
  ["lint/nursery/noFloatingPromises", "src/kube/floating.ts", "const a = async () => 1;\nexport const b = () => {\n  a();\n};\n"],
  [
    "lint/nursery/noMisusedPromises",
    "src/kube/misused.ts",
    "const a = async () => true;\nexport const b = () => {\n  if (a()) return 1;\n  return 2;\n};\n",
  ],
  [
    "lint/nursery/useExhaustiveSwitchCases",
    "src/kube/switch.ts",
    'export function a(b: "c" | "d"): void {\n  switch (b) {\n    case "c":\n      break;\n  }\n}\n',
  ],
  ["lint/performance/noBarrelFile", "src/kube/barrel.ts", 'export * from "./good.ts";\n'],
  ["lint/suspicious/noConsole", "src/kube/console.ts", 'console.log("a");\n'],
  ["lint/suspicious/noTsIgnore", "src/kube/ignore.ts", "// @ts-ignore because\nexport const a = 1;\n"],
  ["lint/suspicious/noFocusedTests", "src/kube/focused.test.ts", 'import { test } from "vitest";\n\ntest.only("a", () => {});\n'],
  ["lint/suspicious/noSkippedTests", "src/kube/skipped.test.ts", 'import { test } from "vitest";\n\ntest.skip("a", () => {});\n'],
  ...["process.env", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "performance", "console", "fetch", "globalThis"].map(
    (name) =>
      ["lint/style/noRestrictedGlobals", `src/window/${name.replace(".", "-").toLowerCase()}.ts`, `export const a = ${name};\n`] as const,
  ),
  ...["crds", "protocol", "schedule", "report"].map(
    (room) => ["lint/style/noRestrictedGlobals", `src/${room}/timer.ts`, "export const a = setTimeout;\n"] as const,
  ),
];

const allowed: Readonly<Record<string, string>> = {
  "src/kube/good.ts": "export type A = string;\nexport const good = 1;\n",
  "src/kube/four.ts": "export const a = (b: 1, c: 1, d: 1, e: 1) => [b, c, d, e];\n",
  "src/processor/index.ts": 'export { good } from "../kube/good.ts";\n',
  "src/window/timers.test.ts": "export const a = [setTimeout, process];\n",
  "src/controller/timers.ts": "export const a = [process.env];\n",
  "dev/console.ts": 'console.log("a");\n',
  "vitest.config.ts": "export default 1;\n",
};

/** `file rule` for everything that biome calls an error. */
function errorsIn(root: string): readonly string[] {
  const biome = join(project, "node_modules/.bin/biome");
  const args = ["check", "--reporter=json", "--max-diagnostics=none", "--diagnostic-level=error", "."];
  let text: string;
  try {
    text = execFileSync(biome, args, { cwd: root, encoding: "utf8", stdio: "pipe", maxBuffer: 64 * 1024 * 1024 });
  } catch (failure) {
    text = z.object({ stdout: z.string() }).parse(failure).stdout;
  }
  const { diagnostics } = report.parse(JSON.parse(text));
  return diagnostics.filter(({ severity }) => severity === "error").map(({ category, location }) => `${location.path} ${category}`);
}

describe("biome.json", () => {
  const errors = () =>
    errorsIn(plantedTree({ ...allowed, ...Object.fromEntries(planted.map(([, file, text]) => [file, text])) }, ["biome.json"]));

  test("each rule is broken by the file that is planted for it, and nothing else is", () => {
    const found = new Set(errors());
    for (const [rule, file] of planted) expect(found).toContain(`${file} ${rule}`);
    for (const file of Object.keys(allowed)) expect([...found].filter((line) => line.startsWith(`${file} `))).toEqual([]);
  });

  test("the tree of this project keeps the rules", () => {
    expect(errorsIn(project)).toEqual([]);
  });
});
