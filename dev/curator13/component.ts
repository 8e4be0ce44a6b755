// The original's side of an autonomous component: AutonomousComponent.java beside this file, compiled once for each content, on Netflix
// Curator 1.3.3 with the ZooKeeper client that it names.
// Promised: a directory that is there is complete (it is renamed into place), also when several programs ask at once.
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, digestOf, pruneBeside } from "../cache.ts";
import { run } from "../tools/command.ts";
import { jarsOf } from "../zookeeper/jars.ts";

const here = import.meta.dirname;
const source = "AutonomousComponent.java";

/** The words that start it, before its own arguments. Throws with what the compiler said, or with what is missing on this machine. */
export async function originalComponent(progress: (line: string) => void): Promise<readonly string[]> {
  const jars = await jarsOf({ pom: join(here, "pom.xml"), artifact: "curator-recipes", program: "Netflix Curator" }, progress);
  const parent = cacheDirectory("java-component");
  const key = digestOf(here, ["pom.xml", source], "");
  const classes = join(parent, key);
  if (!existsSync(classes)) await compile(jars, parent, classes);
  pruneBeside(parent, key);
  const options = ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
  return ["java", ...options, "-cp", `${join(jars, "*")}:${classes}`, "AutonomousComponent"];
}

async function compile(jars: string, parent: string, classes: string): Promise<void> {
  const unfinished = mkdtempSync(join(parent, "."));
  try {
    await run("javac", ["--release", "11", "-encoding", "UTF-8", "-nowarn", "-cp", join(jars, "*"), "-d", unfinished, join(here, source)]);
    if (!existsSync(classes)) renameSync(unfinished, classes);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
