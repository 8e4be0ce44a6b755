// Makes the project's container images: an archive that any container runtime imports, without Docker and without a registry, or by
// `docker build` of the Dockerfile. Both hold the same files in the same places. The archive is made once for each content.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../cache.ts";
import { type ImagePlan, planArchive } from "./archive.ts";
import { bundle, modulePackage, projectRoot } from "./bundle.ts";
import { buildWithDocker } from "./docker.ts";
import { parents, text } from "./entries.ts";
import { type BuiltImage, type ImageRecipe, recipes } from "./recipes.ts";
import { baseLayer } from "./rootfs.ts";
import { type TarEntry, type TarFile, writeTar } from "./tar.ts";

type Progress = (message: string) => void;

const unusedMs = 600_000;

/** Builds what has changed since the last build. Throws with what to do where this host cannot make images. */
export async function buildImages(progress: Progress): Promise<readonly BuiltImage[]> {
  const cache = cacheDirectory("images");
  const version = await projectVersion();
  const how = process.env.EXCLUSIVE_WINDOW_IMAGES ?? (process.platform === "linux" ? "files" : "docker");
  if (how === "docker") return buildWithDocker({ recipes, version, cache, root: projectRoot, progress });
  if (how === "files") return buildFromFiles(version, cache, progress);
  throw new Error(`EXCLUSIVE_WINDOW_IMAGES is "${how}": it may be "files" or "docker"`);
}

async function buildFromFiles(version: string, cache: string, progress: Progress): Promise<readonly BuiltImage[]> {
  const [base, ...apps] = await Promise.all([
    baseLayer(projectRoot, cache, progress),
    ...recipes.map((recipe) => appLayer(recipe, cache, progress)),
  ]);
  const plans = recipes.map((recipe, i): ImagePlan => {
    const app = apps[i];
    return { ...recipe, ref: `docker.io/library/${recipe.name}:${version}`, layers: app === undefined ? [base] : [base, app] };
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

async function appLayer(recipe: ImageRecipe, cache: string, progress: Progress): Promise<TarFile> {
  progress(`bundling ${recipe.programs.join(", ")}`);
  const bundles = await Promise.all(recipe.programs.map(bundle));
  const files: TarEntry[] = [text("app/package.json", modulePackage)];
  for (const [i, content] of bundles.entries()) files.push({ type: "file", path: `app/${recipe.programs[i]}`, mode: 0o644, content });
  const key = createHash("sha256").update(modulePackage);
  for (const content of bundles) key.update(content);
  return writeTar(join(cache, `app-${recipe.name}-${key.digest("hex").slice(0, 24)}.tar`), [...parents(files), ...files]);
}

/** Every change of a source makes an archive of some 140 MB: those that nobody has used for ten minutes go. */
async function prune(cache: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => /^(images|app)-.*\.(tar|part)$/.test(name));
  for (const name of names) {
    const file = join(cache, name);
    const used = await stat(file).catch(() => undefined);
    if (used !== undefined && Date.now() - used.mtimeMs > unusedMs) await rm(file, { force: true });
  }
}

async function projectVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(projectRoot, "package.json"), "utf8"));
  const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : undefined;
  if (typeof version !== "string") throw new Error("package.json names no version");
  return version;
}
