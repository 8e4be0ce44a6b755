// What an image holds above its plan: the layer of its runtime, and the layer of its programs.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { digestOf } from "../cache.ts";
import { javaExample } from "../java/java-example.ts";
import { type ImagePlan, ownProgram } from "./archive.ts";
import { bundle, modulePackage, type Program, projectRoot } from "./bundle.ts";
import { parents, text } from "./entries.ts";
import { filesBelow, hostFile } from "./host-files.ts";
import { javaLayer } from "./java-layer.ts";
import { pythonLayer } from "./python-layer.ts";
import type { ImageRecipe } from "./recipes.ts";
import { baseLayer } from "./rootfs.ts";
import { type TarEntry, type TarFile, writeTar } from "./tar.ts";

type Progress = (message: string) => void;
type Content = Pick<ImagePlan, "layers" | "settings">;

/** Throws with what this host lacks. */
export function contentOf({ name, content }: ImageRecipe, cache: string, progress: Progress): Promise<Content> {
  switch (content.runtime) {
    case "node":
      return nodeContent(name, content.programs, { cache, progress });
    case "java":
      return javaContent(name, { cache, progress });
    case "python":
      return pythonContent(name, content.directory, { cache, progress });
  }
}

interface Making {
  readonly cache: string;
  readonly progress: Progress;
}

async function nodeContent(name: string, programs: readonly Program[], { cache, progress }: Making): Promise<Content> {
  const base = baseLayer(projectRoot, cache, progress);
  progress(`bundling ${programs.join(", ")}`);
  const bundles = await Promise.all(programs.map(bundle));
  const files: TarEntry[] = [text("app/package.json", modulePackage)];
  for (const [i, content] of bundles.entries()) files.push({ type: "file", path: `app/${programs[i]}`, mode: 0o644, content });
  const key = createHash("sha256").update(modulePackage);
  for (const content of bundles) key.update(content);
  const app = await writeTar(join(cache, `app-${name}-${key.digest("hex").slice(0, 24)}.tar`), [...parents(files), ...files]);
  return { layers: [await base, app] };
}

async function javaContent(name: string, { cache, progress }: Making): Promise<Content> {
  const { classes, jars } = await javaExample(progress);
  const layers = [await javaLayer(cache, progress), await appLayer(name, cache, { classes, lib: jars })];
  return { layers };
}

async function pythonContent(name: string, directory: string, { cache, progress }: Making): Promise<Content> {
  const { layer, environment } = await pythonLayer(cache, progress);
  const settings = {
    ...ownProgram,
    environment: [...ownProgram.environment, "PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", ...environment],
  };
  return { layers: [layer, await appLayer(name, cache, { "": join(projectRoot, directory) })], settings };
}

/** Directories of this host below /app, under these names. */
function appLayer(name: string, cache: string, directories: Readonly<Record<string, string>>): Promise<TarFile> {
  const files = Object.entries(directories).flatMap(([place, directory]) =>
    filesBelow(directory, /^__pycache__$/).map((path) => ({
      ...hostFile(path),
      path: join("app", place, path.slice(directory.length + 1)),
    })),
  );
  const key = Object.values(directories).map((directory) => digestOf(directory, ["."], ""));
  return writeTar(join(cache, `app-${name}-${key.join("-")}.tar`), [...parents(files), ...files]);
}
