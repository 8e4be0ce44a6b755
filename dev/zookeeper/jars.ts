// Jars for development and tests: resolved by the machine's Maven from a pom.xml, once per version, into the user's cache.
// Promised: a directory that is there is complete (it is renamed into place), also when several programs ask at once.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { cacheDirectory } from "../cache.ts";

const plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/** The directory of the server's jars. Throws an Error that names what is missing on this machine. */
export function zooKeeperJars(progress: (line: string) => void): Promise<string> {
  return jarsOf({ pom: join(import.meta.dirname, "pom.xml"), artifact: "zookeeper", program: "ZooKeeper" }, progress);
}

export interface JarSource {
  readonly pom: string;
  /** The dependency whose version names the directory. */
  readonly artifact: string;
  /** For people. */
  readonly program: string;
}

/** The directory of the jars that a pom.xml names. Throws an Error that names what is missing on this machine. */
export async function jarsOf({ pom, artifact, program }: JarSource, progress: (line: string) => void): Promise<string> {
  const version = new RegExp(`<artifactId>${artifact}</artifactId>\\s*<version>([^<]+)<`).exec(readFileSync(pom, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${pom} names no version of ${artifact}`);
  const directory = join(cacheDirectory(), `${artifact}-${version}`);
  if (existsSync(directory)) return directory;
  progress(`fetching ${program} ${version} with Maven into ${directory} (once) …`);
  const unfinished = mkdtempSync(`${directory}.`);
  try {
    await copyJars(pom, unfinished, progress);
    moveIntoPlace(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return directory;
}

/** Another program may have been quicker; its copy is as good. */
function moveIntoPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

function copyJars(pom: string, into: string, progress: (line: string) => void): Promise<void> {
  const args = ["-B", "-Dstyle.color=never", "-f", pom, plugin, `-DoutputDirectory=${into}`, "-DincludeScope=runtime"];
  const maven = spawn("mvn", args, { stdio: ["ignore", "pipe", "inherit"] });
  const said: string[] = [];
  createInterface({ input: maven.stdout }).on("line", (line) => {
    const jar = /Downloaded from \S+ \S+\/(\S+\.jar)/.exec(line)?.[1];
    if (jar !== undefined) progress(`  ${jar}`);
    if (line.includes("[ERROR]")) said.push(line);
  });
  return new Promise((resolve, reject) => {
    maven.on("error", (cause) => {
      reject(
        new Error("cannot run mvn: install Apache Maven 3 (Debian, Ubuntu: apt-get install maven; macOS: brew install maven)", { cause }),
      );
    });
    maven.on("close", (code) => {
      if (code === 0) return resolve();
      reject(
        new Error(`mvn failed with exit code ${code}:\n${said.slice(0, 8).join("\n")}\nIs Maven Central, or your mirror of it, reachable?`),
      );
    });
  });
}
