// Brings an image file to the nodes of a kind cluster.

import type { StartProgress } from "../progress.ts";
import { ensureTool } from "../tools/build.ts";
import { findProgram, run } from "../tools/command.ts";

interface KindOptions {
  readonly start?: StartProgress;
  readonly signal?: AbortSignal | undefined;
}

/** The kind program: the one on PATH, or one built from its Go module. */
export async function kindProgram(options: KindOptions = {}): Promise<string> {
  return findProgram("kind") ?? (await ensureTool("kind", options));
}

export async function loadIntoKind(cluster: string, tar: string): Promise<void> {
  await run(await kindProgram(), ["load", "image-archive", tar, "--name", cluster]);
}
