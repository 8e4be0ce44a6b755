// Which files the checks look at: every TypeScript file of the tree that a person wrote.
// Not looked at: node_modules, dist, coverage, and folders named `generated`, whose generator is checked instead.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** The folders that hold TypeScript. */
export const roots = ["src", "dev", "demo", "examples", "test"] as const;

const skipped = new Set(["node_modules", "dist", "coverage", "generated", "testdata"]);

/** Paths from `root`, with forward slashes, sorted. */
export function sourceFiles(root: string): readonly string[] {
  const found: string[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory() && !skipped.has(entry.name)) visit(path);
      if (entry.isFile() && /\.m?ts$/.test(entry.name)) found.push(path);
    }
  };
  for (const folder of roots) if (existsSync(join(root, folder)) && statSync(join(root, folder)).isDirectory()) visit(folder);
  return found.sort();
}

/** The syntax tree of a file, whose name is the path from `root`. */
export function parsed(root: string, file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
}

export function isTest(file: string): boolean {
  return file.endsWith(".test.ts");
}

/** Where a node begins, counted from 1. */
export function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}
