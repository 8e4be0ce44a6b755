// Files of this host for a layer, where they stand here: trees with their links followed, and what they need of the host's libraries.
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { attempt } from "../tools/command.ts";
import { isUsualLibrary, openedBeside } from "./libraries.ts";
import type { TarEntry } from "./tar.ts";

/** Every file below a directory, but for names that are left out; a link stands for what it leads to. */
export function filesBelow(directory: string, leftOut: RegExp): readonly string[] {
  return readdirSync(directory)
    .filter((name) => !leftOut.test(name))
    .sort()
    .flatMap((name) => {
      const path = join(directory, name);
      if (!existsSync(path)) return []; // a link to nowhere
      return statSync(path).isDirectory() ? filesBelow(path, leftOut) : [path];
    });
}

/** A file at the place where it stands here, with its right to be run. */
export function hostFile(path: string): TarEntry {
  const { size, mode } = statSync(path);
  return { type: "file", path: path.slice(1), mode: (mode & 0o111) === 0 ? 0o644 : 0o755, content: { file: realpathSync(path), size } };
}

export interface Linked {
  /** Those of the given files that have all their libraries. */
  readonly usable: readonly string[];
  /** Libraries outside the given files. */
  readonly libraries: readonly string[];
  /** Where the loader would not look by itself. */
  readonly unusualDirectories: readonly string[];
}

/** What shared objects and programs need. Libraries are taken from the usual directories and from below `home`. */
export async function linked(files: readonly string[], home: string): Promise<Linked> {
  const own = new Set(files);
  const ownNames = new Set(files.map((path) => basename(path)));
  const needs = parseLddOfMany((await attempt("ldd", files, { env: { LC_ALL: "C" } })).stdout);
  // Where the loader finds nothing by itself, the program may have loaded it: Java its libjvm.so.
  const fits = (path: string) => ownNames.has(path) || own.has(path) || isUsualLibrary(path) || path.startsWith(`${home}/`);
  const usable = files.filter((file) => needs.get(file)?.every(fits) ?? true);
  const wanted = new Set(usable.flatMap((file) => needs.get(file) ?? []).filter((path) => path.startsWith("/")));
  const opened = [...wanted].filter((path) => path.endsWith("/libc.so.6")).flatMap(openedBeside);
  const libraries = [...new Set([...wanted, ...opened])].filter((path) => !own.has(path)).sort();
  const unusual = libraries.filter((path) => !isUsualLibrary(path));
  return { usable, libraries, unusualDirectories: [...new Set(unusual.map((path) => dirname(path)))] };
}

/** File -> the paths of its libraries as ldd found them, or the bare names of those that it did not find. */
export function parseLddOfMany(text: string): ReadonlyMap<string, readonly string[]> {
  const needs = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split("\n")) {
    const file = /^(\/.*):$/.exec(line)?.[1];
    if (file !== undefined) {
      current = [];
      needs.set(file, current);
    }
    const path = /^\s+(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1];
    if (path !== undefined) current.push(normalize(path)); // beside its program: …/bin/../lib/…
    const missing = /^\s+(\S+) => not found$/.exec(line)?.[1];
    if (missing !== undefined) current.push(missing);
  }
  return needs;
}

export function isSharedObject(path: string): boolean {
  return /\.so(\.\d+)*$/.test(basename(path));
}
