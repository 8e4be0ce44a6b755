// Which program this is: its own version, and those of what its answers depend on.
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { z } from "zod";

const manifest = z.object({ name: z.string(), version: z.string() });

/** "0.1.0": of this program, and so of the image that belongs to it. */
export function programVersion(): string {
  return ownManifest().version;
}

/** "exclusive-window 0.1.0 (tzdata 2025c, Node 24.21.0)". */
export function versionText(): string {
  const { name, version } = ownManifest();
  return `${name} ${version} (tzdata ${process.versions.tz ?? "unknown"}, Node ${process.versions.node})`;
}

/** The package.json next above this file is ours: in a checkout, in the package, in an image. */
function ownManifest(): z.infer<typeof manifest> {
  const path = findPackageJSON(import.meta.url);
  if (path === undefined) throw new Error("no package.json stands above the program: install it anew");
  return manifest.parse(JSON.parse(readFileSync(path, "utf8")));
}
