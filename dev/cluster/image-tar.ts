// Writes a container image as a tar that `docker load`, `ctr images import` and `kind load image-archive` take: one layer made of
// files of this machine, no base image, no registry, no engine. The same input gives the same bytes.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, statSync } from "node:fs";
import type { Writable } from "node:stream";

/** One entry of the image's file system; the path has no leading slash. */
export type ImageEntry =
  | { readonly path: string; readonly from: string; readonly mode?: number }
  | { readonly path: string; readonly content: string; readonly mode?: number }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly directory: true; readonly mode?: number };

export interface ImageSpec {
  /** With a registry-like first part and a tag, for example `localhost/exclusive-window/busybox:dev`. */
  readonly name: string;
  readonly entries: readonly ImageEntry[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly string[];
  /** "uid" or "uid:gid"; root where left out. */
  readonly user?: string;
  readonly workingDirectory?: string;
}

const BLOCK = 512;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Writes the image to `file`. Directories that entries stand in must be entries too, before them. */
export async function writeImage(spec: ImageSpec, file: string): Promise<void> {
  const digest = createHash("sha256");
  let layerBytes = 0;
  await writeLayer(spec.entries, async (chunk) => {
    digest.update(chunk);
    layerBytes += chunk.length;
  });
  const config = Buffer.from(JSON.stringify(imageConfig(spec, digest.digest("hex"))));
  const configName = `${createHash("sha256").update(config).digest("hex")}.json`;
  const manifest = Buffer.from(JSON.stringify([{ Config: configName, RepoTags: [spec.name], Layers: ["layer.tar"] }]));
  const out = createWriteStream(file);
  const put = (chunk: Buffer) => write(out, chunk);
  for (const [name, bytes] of [
    ["manifest.json", manifest],
    [configName, config],
  ] as const) {
    await put(tarHeader({ name, type: "0", mode: 0o644, size: bytes.length }));
    await put(padded(bytes));
  }
  await put(tarHeader({ name: "layer.tar", type: "0", mode: 0o644, size: layerBytes }));
  await writeLayer(spec.entries, put); // a layer is a multiple of a block already
  await put(Buffer.alloc(2 * BLOCK));
  out.end();
  await once(out, "close");
}

function imageConfig(spec: ImageSpec, layerDigest: string): unknown {
  return {
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: "linux",
    config: {
      Entrypoint: spec.entrypoint,
      Cmd: spec.command,
      Env: spec.env ?? ["PATH=/bin:/usr/bin:/sbin:/usr/sbin"],
      User: spec.user,
      WorkingDir: spec.workingDirectory ?? "/",
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${layerDigest}`] },
    history: [{ created_by: "exclusive-window" }],
  };
}

type Put = (chunk: Buffer) => Promise<void>;

async function writeLayer(entries: readonly ImageEntry[], put: Put): Promise<void> {
  for (const entry of entries) await writeEntry(entry, put);
  await put(Buffer.alloc(2 * BLOCK));
}

async function writeEntry(entry: ImageEntry, put: Put): Promise<void> {
  if ("directory" in entry) return put(tarHeader({ name: `${entry.path}/`, type: "5", mode: entry.mode ?? 0o755, size: 0 }));
  if ("link" in entry) return put(tarHeader({ name: entry.path, type: "2", mode: 0o777, size: 0, link: entry.link }));
  if ("content" in entry) {
    const bytes = Buffer.from(entry.content);
    await put(tarHeader({ name: entry.path, type: "0", mode: entry.mode ?? 0o644, size: bytes.length }));
    return put(padded(bytes));
  }
  const { size, mode } = statSync(entry.from);
  await put(tarHeader({ name: entry.path, type: "0", mode: entry.mode ?? mode & 0o777, size }));
  for await (const chunk of createReadStream(entry.from)) await put(chunk as Buffer);
  await put(Buffer.alloc(padding(size)));
}

interface TarFile {
  readonly name: string;
  /** "0" file, "2" symbolic link, "5" directory. */
  readonly type: "0" | "2" | "5";
  readonly mode: number;
  readonly size: number;
  readonly link?: string;
}

/** A POSIX ustar header; a name longer than 100 bytes is split at a slash, as the format has it. */
function tarHeader(file: TarFile): Buffer {
  const header = Buffer.alloc(BLOCK);
  const { prefix, name } = splitName(file.name);
  header.write(name, 0);
  header.write(octal(file.mode, 7), 100);
  header.write(`${octal(0, 7)}\0${octal(0, 7)}`, 108); // owner and group: root
  header.write(octal(file.size, 11), 124);
  header.write(octal(0, 11), 136); // time: 1970, so that the bytes depend on the input alone
  header.write(" ".repeat(8), 148); // the checksum counts itself as blanks
  header.write(file.type, 156);
  header.write(file.link ?? "", 157);
  header.write("ustar\x0000", 257);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148);
  return header;
}

function splitName(full: string): { prefix: string; name: string } {
  if (Buffer.byteLength(full) <= 100) return { prefix: "", name: full };
  const at = full.indexOf("/", full.length - 101);
  if (at === -1 || at > 155 || at === full.length - 1) throw new Error(`${full} is too long a name for a tar`);
  return { prefix: full.slice(0, at), name: full.slice(at + 1) };
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(padding(bytes.length))]);

async function write(out: Writable, chunk: Buffer): Promise<void> {
  if (!out.write(chunk)) await once(out, "drain");
}

/** The names in a static busybox's image that its applets answer to, as entries below bin/. */
export function busyboxEntries(busybox: string, applets: readonly string[]): readonly ImageEntry[] {
  const links = applets.filter((name) => name !== "busybox").map((name) => ({ path: `bin/${name}`, link: "busybox" }));
  return [{ path: "bin", directory: true }, { path: "bin/busybox", from: busybox, mode: 0o755 }, ...links];
}

/** Entries that nearly every program wants: a temporary directory, and names for root and nobody. */
export const baseEntries: readonly ImageEntry[] = [
  { path: "tmp", directory: true, mode: 0o1777 },
  { path: "etc", directory: true },
  { path: "etc/passwd", content: "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n" },
  { path: "etc/group", content: "root:x:0:\nnobody:x:65534:\n" },
];
