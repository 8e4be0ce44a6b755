// The compiler with this project's tsconfig.json is seen to refuse what the style sheet refuses.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { plantedTree, project } from "./planted-tree.ts";

interface Planted {
  /** The option that refuses it. */
  readonly option: string;
  /** The compiler's number for it. */
  readonly code: number;
  readonly text: string;
}

const planted: readonly Planted[] = [
  { option: "strict", code: 7006, text: "export const a = (b) => b;" },
  { option: "noUncheckedIndexedAccess", code: 2322, text: "export const a = (b: string[]): string => b[0];" },
  { option: "exactOptionalPropertyTypes", code: 2375, text: "export const a: { b?: string } = { b: undefined };" },
  { option: "noImplicitReturns", code: 7030, text: "export function a(b: boolean) {\n  if (b) return 1;\n}" },
  { option: "noImplicitOverride", code: 4114, text: "class A {\n  b(): void {}\n}\nexport class C extends A {\n  b(): void {}\n}" },
  {
    option: "noFallthroughCasesInSwitch",
    code: 7029,
    text: "export function a(b: number): void {\n  switch (b) {\n    case 1:\n      b++;\n    case 2:\n      b++;\n  }\n}",
  },
  { option: "noUnusedLocals", code: 6133, text: "const a = 1;\nexport {};" },
  { option: "noUnusedParameters", code: 6133, text: "export function a(b: number): void {}" },
  { option: "verbatimModuleSyntax", code: 1484, text: 'import { Stats } from "./types.ts";\nexport const a = (b: Stats) => b;' },
  { option: "erasableSyntaxOnly", code: 1294, text: "export class A {\n  constructor(readonly b: string) {}\n}" },
];

/** A switch whose case is missing: assertNever does not take what is left. */
const missingCase: Planted = {
  option: "assertNever",
  code: 2345,
  text: 'function assertNever(value: never): never {\n  throw new Error(value);\n}\nexport function a(b: "c" | "d"): number {\n  switch (b) {\n    case "c":\n      return 1;\n    default:\n      return assertNever(b);\n  }\n}',
};

const cases = [...planted, missingCase];
const fileOf = ({ option }: Planted) => `src/${option}.ts`;

describe("tsconfig.json", () => {
  test("each option refuses the file that is planted for it", () => {
    const files = Object.fromEntries(cases.map((item) => [fileOf(item), `${item.text}\n`]));
    const root = plantedTree({ ...files, "src/types.ts": "export type Stats = string;\n", "package.json": '{ "type": "module" }' }, [
      "tsconfig.json",
    ]);

    const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
    const { options, fileNames } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
    const program = ts.createProgram(fileNames, { ...options, types: [] });
    const found = new Set(ts.getPreEmitDiagnostics(program).map(({ file, code }) => `${file?.fileName.slice(root.length + 1)} ${code}`));

    expect([...found].sort()).toEqual(cases.map((item) => `${fileOf(item)} ${item.code}`).sort());
  });

  test("the compiler is one that dependency-cruiser reads", () => {
    const listed = z.object({ devDependencies: z.object({ typescript: z.string() }) });
    const { devDependencies } = listed.parse(JSON.parse(readFileSync(join(project, "package.json"), "utf8")));
    expect(ts.version.split(".")[0]).toBe("6");
    expect(devDependencies.typescript).toBe(ts.version);
  });
});
