// The layer of this host's Java: the runtime of whatever `java` is on PATH, where it stands here, and a link to it.
// Not promised: what needs a display or a sound card; libraries of Java's that this host cannot link are left out.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../tools/command.ts";
import { link } from "./entries.ts";
import { filesBelow, hostFile, isSharedObject, linked } from "./host-files.ts";
import { hostLayer } from "./rootfs.ts";
import type { TarFile } from "./tar.ts";

/** What only a compiler or a debugger wants. */
const leftOut = /^(src\.zip|ct\.sym|jmods|.*_nocoops\.jsa|.*\.a|libjdwp\.so|libsaproc\.so)$/;

/** Throws with what to install where there is no Java, or where its libraries cannot be copied. */
export async function javaLayer(cache: string, progress: (message: string) => void): Promise<TarFile> {
  const home = await javaHome();
  const program = join(home, "bin", "java");
  const tree = [join(home, "lib"), join(home, "conf")].filter((path) => existsSync(path)).flatMap((path) => filesBelow(path, leftOut));
  const objects = tree.filter(isSharedObject);
  const { usable, libraries } = await linked([program, ...objects], home);
  if (!usable.includes(program)) throw new Error(`cannot make an image of Java: ${program} lacks libraries on this host`);
  const unusable = new Set(objects.filter((path) => !usable.includes(path)));
  const sources = [program, ...tree.filter((path) => !unusable.has(path)), ...libraries];
  const entries = [...sources.map(hostFile), link("usr/local/bin/java", program)];
  return hostLayer({ name: "java", about: `Java (${home})`, sources, entries }, cache, progress);
}

/** Asked of Java itself: the program on PATH may be a script of a version manager. */
async function javaHome(): Promise<string> {
  const asked = await attempt("java", ["-XshowSettings:properties", "-version"]);
  const home = /^\s*java\.home = (\/.*)$/m.exec(asked.stderr)?.[1];
  if (home === undefined) throw new Error("cannot run java: install a Java development kit, 11 or later");
  return home;
}
