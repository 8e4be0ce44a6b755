import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentProgress } from "../progress.ts";
import { areToolsBuilt, ensureTool, ensureTools } from "./build.ts";
import { type FakePrograms, fakePrograms } from "./fake-programs.ts";

/** Answers `go env` and `go list`, and makes a file for each package that it is told to build, as `go build -o directory/` does. */
const GO = `
case "$1" in
  env) echo go1.26.0;;
  list) echo a; echo b;;
  build)
    while [ "$1" != -o ]; do shift; done
    output=$2; shift 2
    for package; do
      case $package in *etcd*) name=server;; *) name=\${package##*/};; esac
      echo "internal/x" >&2
      touch "$output$name"
    done;;
esac`;

let fake: FakePrograms;
beforeEach(() => {
  fake = fakePrograms();
  fake.put("go", GO);
});
afterEach(() => fake.restore());
const options = { start: silentProgress };

test("programs are built together, and found under their own names", async () => {
  const built = await ensureTools(["etcd", "kubectl"], options);
  expect(basename(built.etcd)).toBe("etcd");
  expect(readdirSync(dirname(built.kubectl)).sort()).toEqual(["etcd", "kubectl"]);
  expect(fake.calls().filter((call) => call.startsWith("go build"))).toHaveLength(1);
});

test("what is built already is not built again, and no go command is run", async () => {
  expect(areToolsBuilt(["kind"])).toBe(false);
  const first = await ensureTool("kind", options);
  expect(areToolsBuilt(["kind"])).toBe(true);
  const before = fake.calls();
  expect(await ensureTool("kind", options)).toBe(first);
  expect(fake.calls()).toEqual(before);
});

test("only the missing ones of several are built", async () => {
  await ensureTool("kind", options);
  await ensureTools(["kind", "helm"], options);
  const last = fake.calls().findLast((call) => call.startsWith("go build"));
  expect(last).toContain("helm.sh/helm");
  expect(last).not.toContain("sigs.k8s.io/kind");
});

test("a program of the examples is built anew when its own sources change, and only then are they looked at", async () => {
  const built = await ensureTools(["go-zk", "kind"], options);
  expect(dirname(built["go-zk"])).not.toBe(dirname(built.kind));
  expect(basename(built["go-zk"])).toBe("go-zk");
  expect(areToolsBuilt(["go-zk", "kind"])).toBe(true);
});

test("a build that fails says what go said, and leaves nothing that looks like a program", async () => {
  fake.put("go", `${GO.replace('touch "$output$name"', 'touch "$output$name"; echo "x.go:1: undefined: y" >&2; exit 1')}`);
  await expect(ensureTool("kind", options)).rejects.toThrow(/go build .*exit code 1[\s\S]*undefined: y/);
  const [key] = readdirSync(join(fake.directory, "cache", "tools"));
  expect(readdirSync(join(fake.directory, "cache", "tools", key ?? ""))).toEqual([]);
});

test("without Go the message says what to install", async () => {
  fake.restore();
  fake = fakePrograms();
  await expect(ensureTool("kind", options)).rejects.toThrow(/Go 1\.26 or later: .*https:\/\/go\.dev\/dl/);
});
