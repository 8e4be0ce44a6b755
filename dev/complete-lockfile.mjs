// Puts the platform packages that the registry at hand does not have back into package-lock.json.
//
// npm drops an optional package that its registry cannot show (a mirror may hold one platform only), and then refuses its own
// lockfile: `npm ci` says EUSAGE on every machine. Run this after any `npm install` that changed the lockfile behind such a mirror.
// The entries carry no integrity, since nobody could compute one here: where the registry has the package, npm takes it by version.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const file = join(dirname(dirname(fileURLToPath(import.meta.url))), "package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));

/** The entry of a package named after its platform ("…-linux-arm64-musl"); undefined for any other name. */
function entryOf(name, version, dev) {
  const words = (name.split("/").at(-1) ?? "").split("-");
  const at = words.findIndex((word) => systems.includes(word));
  if (at < 0) return undefined;
  const [os, cpu, abi] = words.slice(at);
  const libc = abi === undefined || os !== "linux" ? {} : { libc: [abi.startsWith("musl") ? "musl" : "glibc"] };
  return { version, cpu: [cpu], ...(dev ? { dev: true } : {}), ...libc, optional: true, os: [os] };
}

let added = 0;
for (const [key, { optionalDependencies = {}, dev }] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const at = `node_modules/${name}`;
    if (at in lock.packages || `${key}/node_modules/${name}` in lock.packages || !/^\d/.test(version)) continue;
    const entry = entryOf(name, version, dev);
    if (entry === undefined) continue;
    lock.packages[at] = entry;
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`added ${added} packages of other platforms to package-lock.json`);
