// kazoo for the tests of its example: fetched once by the machine's pip into the user's cache, at the version and with the digest
// that the example's requirements.txt names. Nothing is installed into the machine's Python.
// Promised: a directory that is there is complete (it is renamed into place), also when several programs ask at once.
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../cache.ts";
import { run } from "../tools/command.ts";
import { python } from "./interpreter.ts";

const requirements = join(import.meta.dirname, "../../examples/python-kazoo/requirements.txt");

/** A directory for PYTHONPATH. Throws with what pip said, or with what to install. */
export async function kazooPackages(progress: (line: string) => void): Promise<string> {
  const version = /^kazoo==(\S+)/m.exec(readFileSync(requirements, "utf8"))?.[1];
  if (version === undefined) throw new Error(`${requirements} names no version of kazoo`);
  const directory = join(cacheDirectory(), `kazoo-${version}`);
  if (existsSync(directory)) return directory;
  progress(`fetching kazoo ${version} with pip into ${directory} (once) …`);
  const { program } = await python();
  const unfinished = mkdtempSync(`${directory}.`);
  try {
    const into = ["--target", unfinished, "--require-hashes", "--only-binary", ":all:", "--no-deps", "--requirement", requirements];
    await run(program, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", ...into]);
    if (!existsSync(directory)) renameSync(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return directory;
}
