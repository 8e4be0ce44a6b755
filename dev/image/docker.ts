// Makes the images with a Docker daemon from the Dockerfile, for hosts whose Node cannot run in a Linux container, and saves them
// into one archive, so that whoever loads images need not know how they were made.
import { join } from "node:path";
import { messageOf } from "../../src/shared/errors.ts";
import { run } from "../tools/command.ts";
import type { BuiltImage, ImageRecipe } from "./recipes.ts";

export interface DockerBuild {
  readonly recipes: readonly ImageRecipe[];
  readonly version: string;
  /** Where the archive goes. */
  readonly cache: string;
  readonly root: string;
  readonly progress: (message: string) => void;
}

/** Throws with what docker printed when the daemon does not answer or the build fails. */
export async function buildWithDocker(build: DockerBuild): Promise<readonly BuiltImage[]> {
  await docker(["version", "--format", "{{.Server.Version}}"], build.root, "no Docker daemon answers: start one and run again");
  const images: { ref: string; digest: string }[] = [];
  for (const recipe of build.recipes) {
    const ref = `${recipe.name}:${build.version}`;
    build.progress(`docker build ${ref}`);
    await docker(["build", "--quiet", "--target", recipe.target, "--tag", ref, "."], build.root, `docker build of ${ref} failed`);
    const id = await docker(["image", "inspect", "--format", "{{.Id}}", ref], build.root, `docker does not know ${ref}`);
    images.push({ ref, digest: id.trim() });
  }
  const tar = join(build.cache, `docker-${build.recipes.map(({ target }) => target).join("-")}.tar`);
  build.progress("docker save");
  await docker(["save", "--output", tar, ...images.map((image) => image.ref)], build.root, "docker save failed");
  return images.map((image) => ({ ...image, tar }));
}

async function docker(args: readonly string[], cwd: string, failure: string): Promise<string> {
  try {
    return await run("docker", args, { cwd });
  } catch (error) {
    throw new Error(`${failure}: ${messageOf(error)}`, { cause: error });
  }
}
