// Container images of one layer: files of this machine, no base image, no registry, no engine. The same input gives the same bytes.
import { rm } from "node:fs/promises";
import { planArchive } from "../image/archive.ts";
import { directory, link, program, text } from "../image/entries.ts";
import { type TarEntry, writeTar } from "../image/tar.ts";

export interface ImageSpec {
  /** With a registry-like first part and a tag, for example `localhost/exclusive-window/busybox:dev`. */
  readonly name: string;
  readonly entries: readonly TarEntry[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** uid:gid; root where left out. */
  readonly user?: string;
}

const ROOT = "0:0";

/** Writes the image to `file`, as an archive that any container runtime imports. Directories must be entries too, before what stands in them. */
export async function writeImage(spec: ImageSpec, file: string): Promise<void> {
  const layer = await writeTar(`${file}.layer`, spec.entries);
  try {
    const { name, entrypoint = [], command = [], user = ROOT } = spec;
    const settings = { user, environment: ["PATH=/bin:/usr/bin:/sbin:/usr/sbin"], directory: "/" };
    const { entries } = planArchive([{ ref: name, layers: [layer], entrypoint, command, settings }], process.arch);
    await writeTar(file, entries);
  } finally {
    await rm(layer.file, { force: true });
  }
}

/** A static busybox, and the names in the image that its applets answer to, below bin/. */
export function busyboxEntries(busybox: string, applets: readonly string[]): readonly TarEntry[] {
  const names = applets.filter((name) => name !== "busybox");
  return [directory("bin"), program("bin/busybox", busybox), ...names.map((name) => link(`bin/${name}`, "busybox"))];
}

/** Entries that nearly every program wants: a temporary directory, and names for root and nobody. */
export const baseEntries: readonly TarEntry[] = [
  directory("tmp", 0o1777),
  directory("etc"),
  text("etc/passwd", "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"),
  text("etc/group", "root:x:0:\nnobody:x:65534:\n"),
];
