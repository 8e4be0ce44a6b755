// The tars are read back by the host's own tar, so that this file does not merely agree with itself.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TarEntry, writeTar } from "./tar.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "tar-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = (tar: string, path: string) => execFileSync("tar", ["xOf", tar, path], { maxBuffer: 8 << 20 });
const aFile = (path: string, content: Buffer): TarEntry => ({ type: "file", path, mode: 0o644, content });

describe("writeTar", () => {
  test("gives back every file, from memory and from disk, of sizes around a block", async () => {
    const source = join(directory, "source");
    const bytes = Buffer.alloc(3_000_001, 7);
    writeFileSync(source, bytes);
    const small = [0, 1, 511, 512, 513].map((size) => aFile(`d/${size}`, Buffer.alloc(size, 65)));
    const tar = join(directory, "x.tar");
    await writeTar(tar, [
      { type: "directory", path: "d", mode: 0o1777 },
      ...small,
      { type: "file", path: "big", mode: 0o755, content: { file: source, size: bytes.length } },
    ]);
    for (const size of [0, 1, 511, 512, 513]) expect(read(tar, `d/${size}`)).toEqual(Buffer.alloc(size, 65));
    expect(read(tar, "big").equals(bytes)).toBe(true);
    const listing = execFileSync("tar", ["tvf", tar], { encoding: "utf8" });
    expect(listing).toMatch(/^drwxrwxrwt 0\/0 .* d\/$/m);
    expect(listing).toMatch(/^-rwxr-xr-x 0\/0 .* big$/m);
  });

  test("writes equal bytes for equal entries and answers their digest and size", async () => {
    const entries = [aFile("a", Buffer.from("one"))];
    const [first, second] = [await writeTar(join(directory, "1.tar"), entries), await writeTar(join(directory, "2.tar"), entries)];
    expect(second.digest).toBe(first.digest);
    const sum = createHash("sha256").update(readFileSync(first.file)).digest("hex");
    expect(first.digest).toBe(`sha256:${sum}`);
    expect(first.size).toBe(2048);
  });

  test("may be asked for one file by several at once", async () => {
    const entries = [aFile("one", Buffer.alloc(3_000_001, 7))];
    const tar = join(directory, "same.tar");
    const written = await Promise.all([1, 2, 3, 4].map(() => writeTar(tar, entries)));
    expect(new Set(written.map(({ digest }) => digest)).size).toBe(1);
    expect(read(tar, "one").length).toBe(3_000_001);
    expect(readdirSync(directory)).toEqual(["same.tar"]);
  });

  test("leaves nothing behind when a file changed under it", async () => {
    const source = join(directory, "source");
    writeFileSync(source, "four");
    const content = { file: source, size: 5 };
    await expect(writeTar(join(directory, "x.tar"), [{ type: "file", path: "s", mode: 0o644, content }])).rejects.toThrow(/changed while/);
    expect(readdirSync(directory)).toEqual(["source"]);
  });

  test("gives back links, and names too long for one field", async () => {
    const long = `${"d".repeat(154)}/${"f".repeat(100)}`;
    const tar = join(directory, "x.tar");
    await writeTar(tar, [aFile(long, Buffer.from("deep")), { type: "link", path: "l", target: "bin/busybox" }]);
    const listing = execFileSync("tar", ["tvf", tar], { encoding: "utf8" });
    expect(listing).toMatch(/^lrwxrwxrwx 0\/0 .* l -> bin\/busybox$/m);
    expect(read(tar, long).toString()).toBe("deep");
  });

  test("refuses a path that the format cannot hold", async () => {
    await expect(writeTar(join(directory, "x.tar"), [aFile("a".repeat(101), Buffer.alloc(0))])).rejects.toThrow(/over 100 bytes/);
    await expect(writeTar(join(directory, "x.tar"), [aFile(`${"d".repeat(156)}/f`, Buffer.alloc(0))])).rejects.toThrow(/over 100 bytes/);
    const far: TarEntry = { type: "link", path: "l", target: "t".repeat(101) };
    await expect(writeTar(join(directory, "x.tar"), [far])).rejects.toThrow(/link l leads to/);
    await expect(writeTar(join(directory, "x.tar"), [aFile("/a", Buffer.alloc(0))])).rejects.toThrow(/absolute/);
  });
});
