// Where the development programs keep what is dear to make: outside the work tree, so that a fresh clone finds it again.
// Nothing in it is the only copy of anything: deleting it costs time, no data.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";

const KEEP_UNUSED_MS = 14 * 24 * 3600_000;

/** The cache's directory; made when it is missing. `EXCLUSIVE_WINDOW_CACHE` names another one. */
export function cacheDirectory(...below: readonly string[]): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const directory = join(process.env.EXCLUSIVE_WINDOW_CACHE || join(base, "exclusive-window"), ...below);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** A digest, 16 hex digits, of the named files and directories below `root` (names and bytes) and of `extra`. */
export function digestOf(root: string, names: readonly string[], extra: string): string {
  const hash = createHash("sha256").update(extra);
  for (const file of names.flatMap((name) => filesBelow(join(root, name))).sort()) {
    const bytes = readFileSync(file);
    hash.update(`\0${relative(root, file)}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex").slice(0, 16);
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

/** Marks `keep` as used now, and deletes what stands beside it and was not used for two weeks. */
export function pruneBeside(parent: string, keep: string): void {
  const now = Date.now();
  utimesSync(join(parent, keep), now / 1000, now / 1000);
  for (const name of readdirSync(parent)) {
    if (now - statSync(join(parent, name)).mtimeMs > KEEP_UNUSED_MS) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
