import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cacheDirectory, digestOf, pruneBeside } from "./cache.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "cache-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});
const put = (name: string, text: string): void => {
  mkdirSync(join(directory, name, ".."), { recursive: true });
  writeFileSync(join(directory, name), text);
};

describe("the digest", () => {
  const digest = (extra = "flags") => digestOf(directory, ["go.mod", "coredns"], extra);
  beforeEach(() => {
    put("go.mod", "module a");
    put("coredns/main.go", "package main");
  });

  test("stays the same while the files do, whatever stands beside them", () => {
    const before = digest();
    put("notes.txt", "new");
    expect(digest()).toBe(before);
  });

  test.each([
    ["a file's bytes", () => put("go.mod", "module b")],
    ["a file below a directory", () => put("coredns/main.go", "package other")],
    ["a new file below a directory", () => put("coredns/more.go", "")],
  ])("changes with %s", (_, change) => {
    const before = digest();
    change();
    expect(digest()).not.toBe(before);
  });

  test("changes with the flags", () => {
    expect(digest("other flags")).not.toBe(digest());
  });
});

test("the variables name the directory, the project's own first", () => {
  vi.stubEnv("XDG_CACHE_HOME", join(directory, "xdg"));
  vi.stubEnv("EXCLUSIVE_WINDOW_CACHE", "");
  expect(cacheDirectory("tools")).toBe(join(directory, "xdg", "exclusive-window", "tools"));
  vi.stubEnv("EXCLUSIVE_WINDOW_CACHE", join(directory, "own"));
  expect(cacheDirectory("tools")).toBe(join(directory, "own", "tools"));
});

test("what was not used for two weeks goes; what is used stays, however old", () => {
  const old = Date.now() / 1000 - 15 * 24 * 3600;
  for (const name of ["used", "old", "recent"]) mkdirSync(join(directory, name));
  for (const name of ["used", "old"]) utimesSync(join(directory, name), old, old);
  pruneBeside(directory, "used");
  expect(readdirSync(directory)).toEqual(["recent", "used"]);
});
