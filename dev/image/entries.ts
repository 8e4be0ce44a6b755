// The entries of an image's layer, by what they are made from.
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { TarEntry } from "./tar.ts";

export function directory(path: string, mode = 0o755): TarEntry {
  return { type: "directory", path, mode };
}

export function text(path: string, content: string): TarEntry {
  return { type: "file", path, mode: 0o644, content: Buffer.from(content) };
}

/** A program of this machine. */
export function program(path: string, file: string): TarEntry {
  return { type: "file", path, mode: 0o755, content: { file, size: statSync(file).size } };
}

/** A symbolic link. */
export function link(path: string, target: string): TarEntry {
  return { type: "link", path, target };
}

/** Every directory above the entries, outermost first: a layer must not leave them to an unpacker's default mode. */
export function parents(entries: readonly TarEntry[]): readonly TarEntry[] {
  const paths = new Set<string>();
  for (const entry of entries) for (let d = dirname(entry.path); d !== "."; d = dirname(d)) paths.add(d);
  return [...paths].sort().map((path) => directory(path));
}
