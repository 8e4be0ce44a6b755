// Which program this is: its own version, and those of what its answers depend on.
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { z } from "zod";

const manifest = z.object({ name: z.string(), version: z.string() });

/** "exclusive-window 0.1.0 (tzdata 2025c, Node 24.21.0)". The package.json next above this file is ours: in a checkout, in the package, in an image. */
export function versionText(): string {
  const path = findPackageJSON(import.meta.url);
  if (path === undefined) throw new Error("no package.json stands above the program: install it anew");
  const { name, version } = manifest.parse(JSON.parse(readFileSync(path, "utf8")));
  return `${name} ${version} (tzdata ${process.versions.tz ?? "unknown"}, Node ${process.versions.node})`;
}
