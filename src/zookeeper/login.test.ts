import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { credentialsOf } from "./login.ts";

const dir = mkdtempSync(join(tmpdir(), "login-"));
const file = join(dir, "digest");
afterAll(() => rmSync(dir, { recursive: true }));

test.each([
  { text: "controller:hunter2", taken: "controller:hunter2" },
  { text: "controller:hunter2\n", taken: "controller:hunter2" },
  { text: "controller:a : b\r\n", taken: "controller:a : b" },
])("$text is taken as $taken, and anew each time", ({ text, taken }) => {
  writeFileSync(file, "another:one");
  credentialsOf({ scheme: "digest", file });
  writeFileSync(file, text);
  expect(credentialsOf({ scheme: "digest", file }).toString()).toBe(taken);
});

test.each(["", "\n", "hunter2", ":hunter2", "controller:hunter2\nnobody:hunter2\n"])("%j is refused, and not shown", (text) => {
  writeFileSync(file, text);
  expect(() => credentialsOf({ scheme: "digest", file })).toThrow(`the credentials in ${file} must be user:password, in one line`);
});

test("a file that is not there is named", () => {
  expect(() => credentialsOf({ scheme: "digest", file: "/no/where" })).toThrow(
    /the ZooKeeper credentials cannot be read: ENOENT.*\/no\/where/,
  );
});

test("credentials that were given are refused without showing them", () => {
  expect(() => credentialsOf({ scheme: "digest", credentials: "hunter2" })).toThrow(
    /^the credentials that were given must be user:password, in one line$/,
  );
});
