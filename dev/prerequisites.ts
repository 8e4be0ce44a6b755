// What a development program needs of the machine, checked before anything is started, so that one message lists all that is
// missing and what to install. Checks only; installs nothing.
import { canInstallPackages, missingPackages } from "./cluster/packages.ts";
import { findPython } from "./python/interpreter.ts";
import { attempt, findProgram } from "./tools/command.ts";

export type Need =
  /** A Linux kernel: bridges, mounts, control groups. */
  | "linux"
  /** User 0. */
  | "root"
  /** The go command, new enough for dev/tools/go.mod (or able to fetch a newer one itself). */
  | "go"
  /** java and javac, 11 or later. */
  | "jdk"
  /** python3, 3.9 or later, with pip. */
  | "python"
  /** The distribution's packages of the built cluster: present, or installable from here. */
  | "packages";

/** Something is missing; the message lists all of it. Nothing was started. */
export class MissingPrerequisites extends Error {
  readonly missing: readonly string[];
  constructor(missing: readonly string[]) {
    super(`this machine lacks what is needed here (nothing was started):\n${missing.map((m) => `  - ${m}`).join("\n")}`);
    this.name = "MissingPrerequisites";
    this.missing = missing;
  }
}

/** Throws MissingPrerequisites, naming everything of `needs` that is not there. */
export async function checkPrerequisites(needs: readonly Need[]): Promise<void> {
  const missing = await missingPrerequisites(needs);
  if (missing.length > 0) throw new MissingPrerequisites(missing);
}

/** One sentence for each of `needs` that is not there: what it is, and what to install or do. */
export async function missingPrerequisites(needs: readonly Need[]): Promise<readonly string[]> {
  const found = await Promise.all(needs.map((need) => checks[need]()));
  return found.filter((sentence) => sentence !== undefined);
}

const checks: Readonly<Record<Need, () => Promise<string | undefined>>> = { linux, root, go, jdk, python, packages };

async function linux(): Promise<string | undefined> {
  return process.platform === "linux"
    ? undefined
    : `Linux: this is ${process.platform}; use Docker with kind, or --context with a cluster of yours`;
}

async function root(): Promise<string | undefined> {
  if (process.getuid?.() === 0) return undefined;
  return "root: it makes bridges, mounts and containers; run it as root or with sudo (or use Docker with kind, or --context)";
}

async function go(): Promise<string | undefined> {
  const install = "install it from https://go.dev/dl and put its bin directory on PATH";
  if (findProgram("go") === undefined) return `Go 1.26 or later: there is no go command on PATH; ${install}`;
  // Run beside go.mod, so that go itself says whether it is new enough or can fetch one that is.
  const asked = await attempt("go", ["env", "GOVERSION"], { cwd: `${import.meta.dirname}/tools` });
  return asked.code === 0 ? undefined : `Go 1.26 or later: ${asked.stderr.trim()}; ${install}`;
}

async function jdk(): Promise<string | undefined> {
  const asked = await attempt("javac", ["-version"]);
  const major = Number(/javac (\d+)/.exec(asked.stdout + asked.stderr)?.[1] ?? 0);
  const missing = ["java", "mvn"].filter((name) => findProgram(name) === undefined);
  if (major >= 11 && missing.length === 0) return undefined;
  const javac = major === 0 ? "there is no javac on PATH" : `javac is version ${major}`;
  const what = major >= 11 ? `there is no ${missing.join(" and no ")} on PATH` : javac;
  return `a Java development kit, 11 or later, with Maven (for ZooKeeper and the example in Java): ${what}; on Debian or Ubuntu: apt-get install default-jdk-headless maven`;
}

async function python(): Promise<string | undefined> {
  const found = await findPython();
  const pip = found === undefined ? undefined : await attempt(found.program, ["-m", "pip", "--version"]);
  if (pip?.code === 0) return undefined;
  const what = found === undefined ? "there is no python3 on PATH, or one that is too old" : `${found.program} has no pip`;
  return `Python, 3.9 or later, with pip (for the examples in Python): ${what}; on Debian or Ubuntu: apt-get install python3 python3-pip`;
}

async function packages(): Promise<string | undefined> {
  if (process.platform !== "linux" || canInstallPackages()) return undefined;
  const names = await missingPackages();
  if (names.length === 0) return undefined;
  const how =
    findProgram("apt-get") === undefined
      ? "install your distribution's packages of the same programs"
      : `apt-get install ${names.join(" ")}`;
  return `packages of the distribution: ${names.join(", ")}; ${how}`;
}
