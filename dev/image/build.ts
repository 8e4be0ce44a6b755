// Makes the project's container images: an archive that any container runtime imports, without Docker and without a registry, or by
// `docker build` of the Dockerfile. Both hold the same files in the same places. The archive is made once for each content.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../cache.ts";
import { type ImagePlan, planArchive } from "./archive.ts";
import { projectRoot } from "./bundle.ts";
import { contentOf } from "./content.ts";
import { buildWithDocker } from "./docker.ts";
import { type BuiltImage, type ImageRecipe, recipes } from "./recipes.ts";
import { writeTar } from "./tar.ts";

type Progress = (message: string) => void;

const unusedArchiveMs = 600_000;
const unusedLayerMs = 14 * 24 * 3600_000;

/** Builds what has changed since the last build. Throws with what to do where this host cannot make images. */
export async function buildImages(progress: Progress, wanted: readonly ImageRecipe[] = recipes): Promise<readonly BuiltImage[]> {
  const cache = cacheDirectory("images");
  const version = await projectVersion();
  const how = process.env.EXCLUSIVE_WINDOW_IMAGES ?? (process.platform === "linux" ? "files" : "docker");
  if (how === "docker") return buildWithDocker({ recipes: wanted, version, cache, root: projectRoot, progress });
  if (how === "files") return buildFromFiles({ wanted, version, cache, progress });
  throw new Error(`EXCLUSIVE_WINDOW_IMAGES is "${how}": it may be "files" or "docker"`);
}

interface FileBuild {
  readonly wanted: readonly ImageRecipe[];
  readonly version: string;
  readonly cache: string;
  readonly progress: Progress;
}

async function buildFromFiles({ wanted, version, cache, progress }: FileBuild): Promise<readonly BuiltImage[]> {
  const contents = await Promise.all(wanted.map((recipe) => contentOf(recipe, cache, progress)));
  const plans = wanted.map((recipe, i): ImagePlan => {
    return { layers: [], ...recipe, ...contents[i], ref: `docker.io/library/${recipe.name}:${version}` };
  });
  const { images, entries } = planArchive(plans, process.arch);
  const key = createHash("sha256")
    .update(images.map((image) => `${image.ref}@${image.digest}`).join("\n"))
    .digest("hex");
  const tar = join(cache, `images-${key.slice(0, 24)}.tar`);
  if (!existsSync(tar)) {
    progress("writing the image archive");
    await writeTar(tar, entries);
    await prune(cache);
  }
  const now = new Date();
  await utimes(tar, now, now);
  return images.map(({ ref, digest }) => ({ ref: ref.replace("docker.io/library/", ""), tar, digest }));
}

/** Every change of a source makes an archive of some 140 MB: those that nobody has used for a while go, and layers of old runtimes. */
async function prune(cache: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => /^(images|app|base|java|python)-.*\.(tar|part)$/.test(name));
  for (const name of names) {
    const file = join(cache, name);
    const used = await stat(file).catch(() => undefined);
    const unusedMs = /^(images|app)-/.test(name) ? unusedArchiveMs : unusedLayerMs;
    if (used !== undefined && Date.now() - used.mtimeMs > unusedMs) await rm(file, { force: true });
  }
}

async function projectVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(projectRoot, "package.json"), "utf8"));
  const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : undefined;
  if (typeof version !== "string") throw new Error("package.json names no version");
  return version;
}
