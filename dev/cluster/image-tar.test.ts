import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { text } from "../image/entries.ts";
import type { TarEntry } from "../image/tar.ts";
import { baseEntries, busyboxEntries, type ImageSpec, writeImage } from "./image-tar.ts";

const directory = mkdtempSync(join(tmpdir(), "image-"));
afterAll(() => rmSync(directory, { recursive: true }));

const tar = (...args: readonly string[]): Buffer => execFileSync("tar", args, { cwd: directory });

/** Writes the image and unpacks it as tar sees it. */
async function unpacked(spec: ImageSpec) {
  await writeImage(spec, join(directory, "image.tar"));
  const manifest = JSON.parse(tar("-xOf", "image.tar", "manifest.json").toString());
  const config = tar("-xOf", "image.tar", manifest[0].Config);
  const layer = tar("-xOf", "image.tar", manifest[0].Layers[0]);
  writeFileSync(join(directory, "layer.tar"), layer);
  return { manifest, config, layer };
}

test("tar reads the layer: files, links, directories, modes, and names too long for one field", async () => {
  const program = join(directory, "program");
  writeFileSync(program, Buffer.alloc(100_001, 7));
  const long = `opt/${"d".repeat(90)}/${"f".repeat(60)}`;
  const deep: TarEntry = { type: "file", path: long, content: Buffer.from("deep"), mode: 0o600 };
  const entries = [...baseEntries, ...busyboxEntries(program, ["sh", "busybox", "ls"]), deep];
  await unpacked({ name: "localhost/test:dev", entries });
  const lines = tar("-tvf", "layer.tar")
    .toString()
    .split("\n")
    .map((line) => line.split(/\s+/));
  const listed = lines.map((fields) => [fields[0], fields[2], fields.slice(5).join(" ")].join(" "));
  expect(listed).toContain("drwxrwxrwt 0 tmp/");
  expect(listed).toContain("-rwxr-xr-x 100001 bin/busybox");
  expect(listed).toContain("lrwxrwxrwx 0 bin/ls -> busybox");
  expect(listed).toContain(`-rw------- 4 ${long}`);
  expect(listed.filter((line) => line.endsWith("bin/busybox"))).toHaveLength(1);
  expect(tar("-xOf", "layer.tar", "bin/busybox").equals(readFileSync(program))).toBe(true);
});

test("the manifest, the configuration and the layer belong together", async () => {
  const { manifest, config, layer } = await unpacked({
    name: "localhost/test:dev",
    entries: [text("a", "b")],
    entrypoint: ["/a"],
    command: ["x"],
    user: "65534:65534",
  });
  const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  const blob = (bytes: Buffer) => `blobs/sha256/${sha256(bytes)}`;
  expect(manifest).toEqual([{ Config: blob(config), RepoTags: ["localhost/test:dev"], Layers: [blob(layer)] }]);
  expect(readdirSync(directory)).not.toContain("image.tar.layer");
  const parsed = JSON.parse(config.toString());
  expect(parsed.rootfs.diff_ids).toEqual([`sha256:${sha256(layer)}`]);
  expect(parsed.config).toMatchObject({ Entrypoint: ["/a"], Cmd: ["x"], User: "65534:65534", WorkingDir: "/" });
});

test("the same input gives the same bytes", async () => {
  const spec = { name: "localhost/test:dev", entries: baseEntries };
  await writeImage(spec, join(directory, "one.tar"));
  await writeImage(spec, join(directory, "two.tar"));
  expect(readFileSync(join(directory, "one.tar")).equals(readFileSync(join(directory, "two.tar")))).toBe(true);
});
