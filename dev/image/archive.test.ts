import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type ImagePlan, planArchive } from "./archive.ts";
import type { TarEntry } from "./tar.ts";

const base = { file: "base.tar", digest: `sha256:${"a".repeat(64)}`, size: 10 };
const app = { file: "app.tar", digest: `sha256:${"b".repeat(64)}`, size: 20 };
const plan = (ref: string, layers = [base, app]): ImagePlan => ({ ref, layers, entrypoint: ["node", "/app/x.js"], command: [] });

const contentOf = (entries: readonly TarEntry[], path: string): Buffer => {
  const entry = entries.find((e) => e.path === path);
  if (entry?.type !== "file" || !Buffer.isBuffer(entry.content)) throw new Error(`no bytes at ${path}`);
  return entry.content;
};
const jsonOf = (entries: readonly TarEntry[], path: string) => JSON.parse(contentOf(entries, path).toString());

describe("planArchive", () => {
  test("stores every blob under its own digest and shares layers between images", () => {
    const { entries } = planArchive([plan("r.example/a:1"), plan("r.example/b:1", [base])], "x64");
    const blobs = entries.filter((e) => e.type === "file" && e.path.startsWith("blobs/"));
    expect(new Set(blobs.map((b) => b.path)).size).toBe(blobs.length);
    expect(blobs.filter((b) => b.path === `blobs/sha256/${"a".repeat(64)}`)).toHaveLength(1);
    for (const blob of blobs) {
      if (blob.type !== "file" || !Buffer.isBuffer(blob.content)) continue;
      expect(blob.path).toBe(`blobs/sha256/${createHash("sha256").update(blob.content).digest("hex")}`);
    }
  });

  test("names image, user, entry point and layers in both indexes", () => {
    const { images, entries } = planArchive([plan("r.example/a:1")], "arm64");
    const [listed] = jsonOf(entries, "index.json").manifests;
    expect(listed.annotations["io.containerd.image.name"]).toBe("r.example/a:1");
    expect(listed.digest).toBe(images[0]?.digest);
    const [docker] = jsonOf(entries, "manifest.json");
    expect(docker.RepoTags).toEqual(["r.example/a:1"]);
    const config = jsonOf(entries, docker.Config);
    expect(config).toMatchObject({
      architecture: "arm64",
      os: "linux",
      config: { User: "65532:65532", Entrypoint: ["node", "/app/x.js"] },
    });
    expect(config.rootfs.diff_ids).toEqual([base.digest, app.digest]);
  });

  test("gives an image another digest when a layer changes", () => {
    const [one] = planArchive([plan("r.example/a:1")], "x64").images;
    const [two] = planArchive([plan("r.example/a:1", [base])], "x64").images;
    expect(one?.digest).not.toBe(two?.digest);
  });

  test("refuses an architecture that it has no name for", () => {
    expect(() => planArchive([plan("r.example/a:1")], "mips")).toThrow(/architecture mips/);
  });
});
