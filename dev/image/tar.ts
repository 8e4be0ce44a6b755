// Writes tar files (POSIX ustar), streaming, and answers what was written. Two runs over equal entries give equal bytes: every
// time is 0 and every owner is root, so a layer's digest speaks of its contents only.
// Not promised: paths over 100 bytes that the format cannot split at a slash, owners, hard links or files over 8 GiB; images need
// none, and each is refused or absent.
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";

export type TarEntry =
  | { readonly type: "directory"; readonly path: string; readonly mode: number }
  | { readonly type: "file"; readonly path: string; readonly mode: number; readonly content: TarContent }
  | { readonly type: "link"; readonly path: string; readonly target: string };

/** Bytes at hand, or a file of the host that is streamed; `size` is checked against what was read. */
export type TarContent = Buffer | { readonly file: string; readonly size: number };

export interface TarFile {
  readonly file: string;
  /** Of the whole tar: `sha256:` and 64 hex digits. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

const block = 512;
const largest = 8 ** 11 - 1;

/** Writes `file` beside itself and renames it, so that nobody ever sees half a tar, whoever else writes the same one. */
export async function writeTar(file: string, entries: Iterable<TarEntry>): Promise<TarFile> {
  const part = `${file}.${randomUUID()}.part`;
  const hash = createHash("sha256");
  const handle = await open(part, "w");
  let size = 0;
  const write = async (bytes: Buffer): Promise<void> => {
    hash.update(bytes);
    size += bytes.length;
    await handle.writeFile(bytes);
  };
  try {
    for (const entry of entries) await writeEntry(entry, write);
    await write(Buffer.alloc(2 * block));
    await handle.close();
    await rename(part, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
  return { file, digest: `sha256:${hash.digest("hex")}`, size };
}

async function writeEntry(entry: TarEntry, write: (bytes: Buffer) => Promise<void>): Promise<void> {
  if (entry.type !== "file") return write(header(entry, 0));
  const size = sizeOf(entry.content);
  await write(header(entry, size));
  if (Buffer.isBuffer(entry.content)) await write(entry.content);
  else await copy(entry.content, write);
  await write(Buffer.alloc((block - (size % block)) % block));
}

export function sizeOf(content: TarContent): number {
  return Buffer.isBuffer(content) ? content.length : content.size;
}

async function copy(content: { readonly file: string; readonly size: number }, write: (bytes: Buffer) => Promise<void>): Promise<void> {
  let read = 0;
  for await (const chunk of createReadStream(content.file, { highWaterMark: 1 << 20 })) {
    const bytes = Buffer.from(chunk);
    read += bytes.length;
    await write(bytes);
  }
  if (read !== content.size)
    throw new Error(`${content.file} changed while it was copied (${content.size} bytes, then ${read}): run again`);
}

const types = { file: "0", link: "2", directory: "5" } as const;

function header(entry: TarEntry, size: number): Buffer {
  if (size > largest) throw new Error(`tar: ${entry.path} is over 8 GiB`);
  const { prefix, name } = split(entry.type === "directory" ? `${entry.path}/` : entry.path);
  const target = entry.type === "link" ? entry.target : "";
  if (Buffer.byteLength(target) > 100) throw new Error(`tar: the link ${entry.path} leads to "${target}", which is over 100 bytes`);
  const bytes = Buffer.alloc(block);
  bytes.write(name, 0);
  const octal = (value: number, at: number, width: number) => bytes.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at, "latin1");
  octal(entry.type === "link" ? 0o777 : entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  bytes.write(" ".repeat(8), 148, "latin1");
  bytes.write(types[entry.type], 156, "latin1");
  bytes.write(target, 157);
  bytes.write("ustar\x0000", 257, "latin1");
  bytes.write(prefix, 345);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}

/** A path over 100 bytes goes into two fields, as the format has it: what stands before one of its slashes, and what after. */
function split(path: string): { readonly prefix: string; readonly name: string } {
  if (path.startsWith("/")) throw new Error(`tar: the path "${path}" is absolute`);
  if (Buffer.byteLength(path) <= 100) return { prefix: "", name: path };
  const slash = path.indexOf("/", path.length - 101);
  const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
  if (slash === -1 || name === "" || Buffer.byteLength(prefix) > 155 || Buffer.byteLength(name) > 100)
    throw new Error(`tar: the path "${path}" is over 100 bytes, and no slash in it divides it as the format asks for`);
  return { prefix, name };
}
