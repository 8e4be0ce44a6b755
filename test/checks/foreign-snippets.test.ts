// The Java, Python and Go in the documents on other languages is that of the examples: each line of a block stands in one of their files, in that order.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blocksOf, readDocument } from "../support/documents.ts";
import { project } from "./planted-tree.ts";

const endings: Readonly<Record<string, string>> = { java: ".java", python: ".py", go: ".go" };

const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

const files = readdirSync(join(project, "examples"), { recursive: true, encoding: "utf8" });
const sources = (ending: string): readonly (readonly string[])[] =>
  files.filter((name) => name.endsWith(ending)).map((name) => linesOf(readFileSync(join(project, "examples", name), "utf8")));

/** Whether the lines stand in the source one after the other. */
function holds(source: readonly string[], lines: readonly string[]): boolean {
  return source.some((_, at) => lines.every((line, i) => source[at + i] === line));
}

const snippets = ["docs/how-to/java-curator.md", "docs/how-to/other-languages.md"]
  .flatMap((file) => blocksOf(file, readDocument(file)))
  .filter(({ language }) => endings[language] !== undefined)
  .map(({ file, language, text }) => ({ file, language, text }));

test("there are some in each language", () => {
  expect(new Set(snippets.map(({ language }) => language))).toEqual(new Set(Object.keys(endings)));
});

test.each(snippets)("in $file, $language is an example's: $text", ({ language, text }) => {
  expect(sources(endings[language] ?? "").some((source) => holds(source, linesOf(text)))).toBe(true);
});

test("a line that is in no example is seen", () => {
  expect(holds(["a", "b", "c"], ["b", "c"])).toBe(true);
  expect(holds(["a", "b", "c"], ["a", "c"])).toBe(false);
});
