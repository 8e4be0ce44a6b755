// The documents as programs read them: their fenced blocks, and the shell commands in these.
// A block is marked by the words after its three backquotes: "sh cluster" is run by the end-to-end tests, in the order in which
// the blocks stand; plain "sh" is checked for what it names, and run by people.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

export interface Block {
  /** Path from the project's root. */
  readonly file: string;
  /** Of the opening fence, counted from 1. */
  readonly line: number;
  /** "sh", "yaml", "ts"…; "" where the fence says nothing. */
  readonly language: string;
  readonly marks: readonly string[];
  readonly text: string;
}

export interface DocumentCommand {
  readonly file: string;
  readonly line: number;
  /** As a shell takes it, on one line. */
  readonly text: string;
  /** cluster: run by test/e2e; check: looked at by test/checks alone. */
  readonly runIn: "cluster" | "check";
}

/** Below docs. */
const generated: ReadonlySet<string> = new Set(["reference/exclusive-window.md"]);

/** The documents of this project, as paths from its root; generated ones are not among them. */
export function documents(): readonly string[] {
  const top = readdirSync(root).filter((name) => name.endsWith(".md"));
  const below = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
  return [...top, ...below.filter((name) => !generated.has(name)).map((name) => `docs/${name}`)].sort();
}

export function readDocument(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Every shell command of every document, in the order in which they stand. */
export function documentCommands(): readonly DocumentCommand[] {
  return documents().flatMap((file) => blocksOf(file, readDocument(file)).flatMap(commandsOf));
}

export function blocksOf(file: string, text: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly line: number; readonly info: readonly string[]; readonly body: string[] } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (fence === null) open?.body.push(line);
    else if (open === undefined) open = { line: index + 1, info: (fence[1] ?? "").trim().split(/\s+/), body: [] };
    else {
      const [language = "", ...marks] = open.info;
      blocks.push({ file, line: open.line, language, marks, text: open.body.join("\n") });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: the block is never closed`);
  return blocks;
}

/** A line that ends with a backslash goes on in the next one; comments and empty lines are no commands. */
export function commandsOf(block: Block): readonly DocumentCommand[] {
  if (block.language !== "sh") return [];
  const runIn = block.marks.includes("cluster") ? "cluster" : "check";
  const commands: DocumentCommand[] = [];
  let start = "";
  for (const [index, line] of block.text.split("\n").entries()) {
    const text = `${start}${line.trim()}`;
    if (text.endsWith("\\")) start = text.slice(0, -1);
    else {
      if (text !== "" && !text.startsWith("#")) commands.push({ file: block.file, line: block.line + index + 1, text, runIn });
      start = "";
    }
  }
  return commands;
}
