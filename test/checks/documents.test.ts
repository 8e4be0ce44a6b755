// The documents say what is so: their commands, files, tables and examples are compared with the tree; links.test.ts follows their links.
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { specSchema } from "../../src/crds/spec.ts";
import { type Block, blocksOf, commandsOf, type DocumentCommand, documentCommands, documents, readDocument } from "../support/documents.ts";
import { project } from "./planted-tree.ts";

const manifest = z
  .object({
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(join(project, "package.json"), "utf8")));

const namespaces = /(?:-n|--namespace) (\S+)/;

/** What is wrong with a command; undefined where all that it names is there. */
function problemOf({ text }: Pick<DocumentCommand, "text">): string | undefined {
  const words = text.split(/\s+/);
  const [program = "", ...rest] = words;
  switch (program) {
    case "npm":
      return npmProblem(rest);
    case "kubectl":
      return missingFile(after(words, ["-f", "-k", "--filename", "--kustomize"])) ?? shellProblem(text);
    case "docker":
      return rest[0] === "build" ? dockerProblem(words) : `docker ${rest[0]} is not known here`;
    case "helm":
      return missingFile(rest.filter((word) => word.startsWith("charts/")));
    case "npx":
      return rest[0] === "exclusive-window" ? cliProblem(rest.slice(1)) : `npx ${rest[0]} is not known here`;
    case "exclusive-window":
      return cliProblem(rest);
    default:
      return `${program} is not a program that a reader of these documents has been told of`;
  }
}

function npmProblem([command = "", ...rest]: readonly string[]): string | undefined {
  if (command === "test") return stageProblem(rest);
  if (command !== "run") return `npm ${command} is not known here`;
  const [script = ""] = rest;
  return manifest.scripts[script] === undefined ? `package.json has no script ${script}` : undefined;
}

function stageProblem(args: readonly string[]): string | undefined {
  const known = readFileSync(join(project, "dev/stages/all.ts"), "utf8");
  const stages = after(args, ["--only"]).flatMap((list) => list.split(","));
  const unknown = stages.find((stage) => !known.includes(`"${stage}"`));
  return unknown === undefined ? missingFile(args.filter((arg) => arg.includes("/"))) : `there is no stage ${unknown}`;
}

function dockerProblem(words: readonly string[]): string | undefined {
  const dockerfile = readFileSync(join(project, "Dockerfile"), "utf8");
  const unknown = after(words, ["--target"]).find((target) => !dockerfile.includes(` AS ${target}`));
  return unknown === undefined ? undefined : `the Dockerfile has no stage ${unknown}`;
}

function shellProblem(text: string): string | undefined {
  const quotes = text.split('"').length - 1;
  return quotes % 2 === 0 ? undefined : "a quotation mark is never closed";
}

/** Each command is a file of src/cli; what it answers is tried in test/checks/next.test.ts. */
function cliProblem([command = "", ...rest]: readonly string[]): string | undefined {
  if (!command.startsWith("-") && !existsSync(join(project, `src/cli/${command}.ts`))) return `exclusive-window has no command ${command}`;
  return missingFile(after(rest, ["-f", "--filename"])) ?? shellProblem(rest.join(" "));
}

function missingFile(paths: readonly string[]): string | undefined {
  const missing = paths.find((path) => !existsSync(join(project, path)));
  return missing === undefined ? undefined : `there is no ${missing}`;
}

/** The words that follow one of the options. */
function after(words: readonly string[], options: readonly string[]): readonly string[] {
  return words.filter((_, index) => options.includes(words[index - 1] ?? ""));
}

const blocks = (): readonly Block[] => documents().flatMap((file) => blocksOf(file, readDocument(file)));

describe("commands in the documents", () => {
  test("each names programs, scripts, stages and files that there are", () => {
    const problems = documentCommands().flatMap((command) => {
      const problem = problemOf(command);
      return problem === undefined ? [] : [`${command.file}:${command.line} ${command.text}: ${problem}`];
    });
    expect(problems).toEqual([]);
    expect(documentCommands().length).toBeGreaterThan(20);
  });

  test.each([
    ["npm run nothing", "package.json has no script nothing"],
    ["npm test -- --only nothing", "there is no stage nothing"],
    ["npm test -- --only unit src/nowhere", "there is no src/nowhere"],
    ["kubectl apply -k deploy/nowhere", "there is no deploy/nowhere"],
    ['kubectl -n orders annotate x y="$(date)', "a quotation mark is never closed"],
    ["docker build --target nothing .", "the Dockerfile has no stage nothing"],
    ["npx exclusive-window nothing", "exclusive-window has no command nothing"],
    ["exclusive-window next -f nowhere.yaml", "there is no nowhere.yaml"],
    ['exclusive-window next "0 2 * * *', "a quotation mark is never closed"],
    ["wget x", "wget is not a program"],
  ])("%s is seen to be wrong", (text, problem) => {
    expect(problemOf({ text })).toContain(problem);
  });

  test("those for a cluster are kubectl's, in a namespace that the manifests or the samples make", () => {
    const forCluster = documentCommands().filter(({ runIn }) => runIn === "cluster");
    expect(forCluster.length).toBeGreaterThan(10);
    for (const { text } of forCluster) {
      expect(text).toMatch(/^kubectl /);
      const namespace = namespaces.exec(text)?.[1];
      if (namespace !== undefined) expect(["exclusive-window", "orders", "zookeeper"], text).toContain(namespace);
    }
  });

  test("a command over several lines is one command, comments are none", () => {
    const text = "```sh cluster\n# why\nkubectl get \\\n  pods\n\nkubectl version\n```\n```ts\nnpm test\n```\n";
    expect(blocksOf("a.md", text).flatMap(commandsOf)).toEqual([
      { file: "a.md", line: 4, text: "kubectl get pods", runIn: "cluster" },
      { file: "a.md", line: 6, text: "kubectl version", runIn: "cluster" },
    ]);
  });
});

describe("what the documents show", () => {
  test("every page of docs stands in docs/README.md, once, and README.md leads there", () => {
    const pages = globSync("**/*.md", { cwd: join(project, "docs") }).filter((page) => page !== "README.md");
    const listed = [...readDocument("docs/README.md").matchAll(/^- \[[^\]]+\]\(([^)]+)\): ./gm)].map((match) => match[1] ?? "");
    expect(listed.toSorted()).toEqual(pages.toSorted());
    expect(readDocument("README.md")).toContain("](docs/README.md)");
  });

  test("every path of the tree that is named in a text is there", () => {
    const named = (text: string) =>
      [...text.matchAll(/`((?:src|dev|demo|deploy|charts|test|docs|examples)\/[\w./-]+)`/g)].map((match) => match[1] ?? "");
    const missing = documents().flatMap((file) => named(readDocument(file)).filter((path) => !existsSync(join(project, path))));
    expect(missing).toEqual([]);
  });

  test("every window in them is accepted by the schema", () => {
    const kinds = z.object({ kind: z.string(), spec: z.unknown().optional() });
    const windows = blocks()
      .filter(({ language }) => language === "yaml")
      .map(({ text }) => kinds.parse(parse(text)))
      .filter(({ kind }) => kind === "ExclusiveWindow");
    expect(windows.length).toBeGreaterThan(0);
    for (const { spec } of windows) expect(() => specSchema.parse(spec)).not.toThrow();
  });

  test("the TypeScript in them compiles against the library", () => {
    const programs = blocks().filter(({ language }) => language === "ts");
    expect(programs.length).toBeGreaterThan(0);
    expect(programs.flatMap(({ text }) => compilerMessages(text))).toEqual([]);
    expect(compilerMessages('import { Nothing } from "exclusive-window";\nnew Nothing();\n').join()).toContain("Nothing");
  });
});

describe("docs/dependencies.md", () => {
  test("has a line for each package, and none for others", () => {
    const rows = [...readDocument("docs/dependencies.md").matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)];
    const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect(rows.map((row) => row[1] ?? "").sort()).toEqual(packages.sort());
    for (const row of rows) expect((row[2] ?? "").length, row[1]).toBeGreaterThan(10);
  });

  test("versions are exact", () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});

test("every decision is numbered, dated and says what else was thought of", () => {
  const records = readdirSync(join(project, "docs/decisions")).sort();
  expect(records.length).toBeGreaterThan(5);
  for (const [number, name] of records.entries()) {
    expect(name).toMatch(new RegExp(`^${String(number).padStart(4, "0")}-[a-z0-9-]+\\.md$`));
    const text = readDocument(`docs/decisions/${name}`);
    for (const heading of ["## The question", "## The decision", "## Why not otherwise", "## What follows"])
      expect(text, name).toContain(heading);
    expect(text, name).toMatch(/^Date: (?:\d{4}-\d\d-\d\d|YYYY-MM-DD)\. Status: /m);
  }
});

test("the license is the whole of Apache-2.0, as package.json says", () => {
  const license = readFileSync(join(project, "LICENSE"), "utf8");
  expect(license).toContain("Apache License\n                           Version 2.0, January 2004");
  expect(license).toContain("END OF TERMS AND CONDITIONS");
});

function compilerMessages(text: string): readonly string[] {
  const name = join(project, "document-example.ts");
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(project, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    project,
  );
  const entries = { "exclusive-window": "processor", "exclusive-window/locks": "locks" };
  const paths = Object.fromEntries(Object.entries(entries).map(([name, room]) => [name, [join(project, `src/${room}/index.ts`)]]));
  const settings = { ...options, paths };
  const host = ts.createCompilerHost(settings);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => path === name || fileExists(path);
  host.readFile = (path) => (path === name ? text : readFile(path));
  const source = host.getSourceFile;
  host.getSourceFile = (path, ...rest) =>
    path === name ? ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) : source(path, ...rest);
  const program = ts.createProgram([name], settings, host);
  const diagnostics = [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics(program.getSourceFile(name))];
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
