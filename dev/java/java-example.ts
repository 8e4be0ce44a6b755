// The example on Apache Curator, compiled: by the machine's Java development kit, without Maven but for the jars, once for each content
// of its sources.
// Promised: a directory that is there is complete (it is renamed into place), also when several programs ask at once.
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, digestOf, pruneBeside } from "../cache.ts";
import { curatorJars } from "../curator/curator.ts";
import { run } from "../tools/command.ts";

const example = join(import.meta.dirname, "../../examples/java-curator");
const sources = join("src", "main", "java");
const resources = join(example, "src", "main", "resources");

export interface JavaExample {
  /** What was compiled. */
  readonly classes: string;
  /** What it needs. */
  readonly jars: string;
  readonly mainClass: string;
}

/** Throws with what the compiler said, or with what is missing on this machine. */
export async function javaExample(progress: (line: string) => void): Promise<JavaExample> {
  const jars = await curatorJars(progress);
  const parent = cacheDirectory("java-curator");
  const key = digestOf(example, ["pom.xml", "src"], "");
  const classes = join(parent, key);
  if (!existsSync(classes)) await compile(jars, parent, classes);
  pruneBeside(parent, key);
  return { classes, jars, mainClass: "dev.exclusivewindow.example.Main" };
}

async function compile(jars: string, parent: string, classes: string): Promise<void> {
  const unfinished = mkdtempSync(join(parent, "."));
  const files = readdirSync(join(example, sources), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".java"));
  const paths = files.map((name) => join(example, sources, name));
  try {
    await run("javac", ["--release", "11", "-encoding", "UTF-8", "-nowarn", "-cp", join(jars, "*"), "-d", unfinished, ...paths]);
    cpSync(resources, unfinished, { recursive: true });
    if (!existsSync(classes)) renameSync(unfinished, classes);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
