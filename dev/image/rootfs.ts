// The base layers of images made without Docker: a runtime of this host, the libraries it needs and the few files that programs expect
// of a root file system. No shell, no package manager. A layer is written once for each content of the files that it is made of.
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { directory, parents, program, text } from "./entries.ts";
import { sharedLibraries } from "./libraries.ts";
import { type TarEntry, type TarFile, writeTar } from "./tar.ts";

/** Raise it when the layer's files change, so that cached layers are made anew. */
const layout = 1;

const fixed: readonly TarEntry[] = [
  text("etc/passwd", "root:x:0:0:root:/:/nologin\nnonroot:x:65532:65532:nonroot:/app:/nologin\n"),
  text("etc/group", "root:x:0:\nnonroot:x:65532:\n"),
  text("etc/nsswitch.conf", "hosts: files dns\n"),
  text("etc/ssl/certs/ca-certificates.crt", `${rootCertificates.join("\n")}\n`),
];

/** A layer that is made of files of this host. */
export interface HostLayer {
  /** Names its file in the cache. */
  readonly name: string;
  /** For people. */
  readonly about: string;
  /** Files of this host: what they hold and where they stand decides whether the layer has to be made anew. */
  readonly sources: readonly string[];
  readonly entries: readonly TarEntry[];
}

/** What is being made: several images ask for one layer at once. */
const underWay = new Map<string, Promise<TarFile>>();

/** The layer out of `cache` where it was made before, with the files that every program expects. */
export async function hostLayer(layer: HostLayer, cache: string, progress: (message: string) => void): Promise<TarFile> {
  const key = await digestOf(layer.sources);
  const name = join(cache, `${layer.name}-${layout}-${key.slice(0, 24)}`);
  const made = underWay.get(name) ?? makeLayer(layer, name, progress);
  underWay.set(name, made);
  return made.finally(() => underWay.delete(name));
}

async function makeLayer(layer: HostLayer, name: string, progress: (message: string) => void): Promise<TarFile> {
  const known = await recorded(`${name}.json`, `${name}.tar`);
  if (known !== undefined) {
    const now = new Date();
    await utimes(known.file, now, now); // so that it is seen to be in use
    return known;
  }
  progress(`writing the layer of ${layer.about}`);
  const files = [...fixed, ...layer.entries];
  const written = await writeTar(`${name}.tar`, [...parents(files), directory("tmp", 0o1777), ...files]);
  // The record is written last: a layer without one is a layer that was not finished.
  await writeFile(`${name}.json`, JSON.stringify(written));
  return written;
}

/** The layer of this host's Node. Throws where the host's libraries cannot be copied. */
export async function baseLayer(root: string, cache: string, progress: (message: string) => void): Promise<TarFile> {
  const node = ownNode(root);
  const libraries = await sharedLibraries(node);
  const entries = [program("usr/local/bin/node", node), ...libraries.map((path) => program(path.slice(1), path))];
  const about = `Node ${process.version}, with ${libraries.length} libraries`;
  return hostLayer({ name: "base", about, sources: [node, ...libraries], entries }, cache, progress);
}

/** The Node that npm installed for this project, or the one that runs this program. */
function ownNode(root: string): string {
  const own = join(root, "node_modules", "node", "bin", "node");
  return existsSync(own) ? own : process.execPath;
}

async function recorded(record: string, tar: string): Promise<TarFile | undefined> {
  if (!existsSync(record) || !existsSync(tar)) return undefined;
  const layer = JSON.parse(await readFile(record, "utf8")) as TarFile;
  return (await stat(tar)).size === layer.size ? { ...layer, file: tar } : undefined;
}

async function digestOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${file}\0`);
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  }
  return hash.digest("hex");
}
