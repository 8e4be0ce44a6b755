// Which shared libraries of this host a program needs, so that it runs in an image that holds nothing else. Asks the host's own
// loader (ldd), which only glibc hosts with the usual library directories answer in a way that can be copied.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../src/shared/errors.ts";
import { run } from "../tools/command.ts";

/** The loader of the same libc looks here by itself; anywhere else it would need the host's ld.so.cache. */
const usualDirectory = /^\/(usr\/)?lib(32|64|x32)?(\/[a-z0-9_]+-linux-gnu[a-z0-9_]*)?\/[^/]+$/;

/** Whether the loader of any root file system finds the library where it stands. */
export function isUsualLibrary(path: string): boolean {
  return usualDirectory.test(path);
}

/** glibc opens these by name when it looks up hosts (until 2.34 they were not part of libc.so). */
const opened = ["libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2"];

/** The absolute paths of all libraries of `program`, its loader included. Throws where this host cannot give them. */
export async function sharedLibraries(program: string): Promise<readonly string[]> {
  const printed = await run("ldd", [program], { env: { LC_ALL: "C" } }).catch((error: unknown) => {
    throw new Error(`${advice(program)}: ${messageOf(error)}`, { cause: error });
  });
  const linked = parseLdd(printed, program);
  const libc = linked.find((path) => path.endsWith("/libc.so.6"));
  if (libc === undefined) throw new Error(`${advice(program)}: it is not linked against glibc`);
  return [...linked, ...openedBeside(libc).filter((path) => !linked.includes(path))];
}

/** What a program that is linked against this libc opens besides. */
export function openedBeside(libc: string): readonly string[] {
  return opened.map((name) => join(dirname(libc), name)).filter((path) => existsSync(path));
}

/** The libraries in what ldd prints. Throws when one is missing, is musl's, or lies where no other root's loader would look. */
export function parseLdd(text: string, program: string): readonly string[] {
  const paths: string[] = [];
  for (const line of text.split("\n").map((l) => l.trim())) {
    if (line.includes("=> not found")) throw new Error(`${advice(program)}: a library is missing (${line})`);
    const path = /^(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1];
    if (path === undefined) continue;
    if (path.includes("ld-musl")) throw new Error(`${advice(program)}: this host's libc is musl`);
    if (!isUsualLibrary(path)) throw new Error(`${advice(program)}: ${path} is outside the usual library directories`);
    paths.push(path);
  }
  return paths;
}

function advice(program: string): string {
  return `cannot make an image of ${program} and its libraries (set EXCLUSIVE_WINDOW_IMAGES=docker to build the Dockerfile instead)`;
}
