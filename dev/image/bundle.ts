// Bundles the programs that run in containers into one file each, so that an image needs no node_modules. The one list of them.
// Run by itself (`node dev/image/bundle.ts <directory>`) it is the build step of the Dockerfile.
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { messageOf } from "../../src/shared/errors.ts";

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** File name in the image's /app -> source. */
const programs = {
  "controller.js": "src/controller/main.ts",
  "exclusive-window.js": "src/cli/main.ts",
  "event-processor.js": "examples/event-processor/main.ts",
  "node-gate.js": "examples/node-gate/main.ts",
  "demo-job.js": "demo/job.ts",
} as const;

export type Program = keyof typeof programs;
export const allPrograms = Object.keys(programs) as readonly Program[];

/** Packages in CommonJS ask for `require`, which an ES module has to make for them. */
const banner = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

/** The bundled program as the text of one ES module. Throws with the compiler's messages when a source does not build. */
export function bundle(program: Program): Promise<Buffer> {
  return bundleSource(programs[program]);
}

/** The same of any program, by its path from the project's root. */
export async function bundleSource(source: string): Promise<Buffer> {
  const result = await build({
    absWorkingDir: projectRoot,
    entryPoints: [source],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node24",
    banner: { js: banner },
    // Stack traces in a Pod's log should read like the source.
    minify: false,
    keepNames: true,
    logLevel: "silent",
  }).catch((error: unknown) => {
    throw new Error(`${source} does not bundle: ${messageOf(error)}`, { cause: error });
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${source}`);
  return Buffer.from(output.contents);
}

/** What marks the files beside it as ES modules, and says which version they are. */
export const modulePackage = `${JSON.stringify({ ...identity(), type: "module" })}\n`;

function identity(): { readonly name: string; readonly version: string } {
  const { name, version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as ReturnType<typeof identity>;
  return { name, version };
}

if (import.meta.main) {
  const target = process.argv[2];
  if (target === undefined) throw new Error("usage: node dev/image/bundle.ts <directory>");
  for (const program of allPrograms) await writeFile(join(target, program), await bundle(program));
  await writeFile(join(target, "package.json"), modulePackage);
}
