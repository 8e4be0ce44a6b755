import { afterEach, beforeEach, expect, test } from "vitest";
import { checkPrerequisites, MissingPrerequisites, missingPrerequisites } from "./prerequisites.ts";
import { type FakePrograms, fakePrograms } from "./tools/fake-programs.ts";

let fake: FakePrograms;
beforeEach(() => {
  fake = fakePrograms();
});
afterEach(() => fake.restore());

test("one error lists everything that is missing, and what to install", async () => {
  const error = await checkPrerequisites(["go", "jdk"]).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MissingPrerequisites);
  const message = error instanceof Error ? error.message : "";
  expect(message).toMatch(/nothing was started/);
  expect(message).toMatch(/- Go 1\.26 or later: there is no go command on PATH; install it from/);
  expect(message).toMatch(/- a Java development kit, 11 or later, with Maven .*default-jdk-headless maven/);
});

test("what is there is not complained about", async () => {
  fake.put("go", "echo go1.26.8");
  fake.put("javac", 'echo "javac 17.0.9"');
  fake.put("mvn", "true");
  fake.put("java", "");
  await checkPrerequisites(["go", "jdk"]);
});

test("a Go that is too old and may not fetch a newer one is missing, in its own words", async () => {
  fake.put("go", 'echo "go: go.mod requires go >= 1.26.0 (running go 1.22.1; GOTOOLCHAIN=local)" >&2; exit 1');
  expect(await missingPrerequisites(["go"])).toEqual([expect.stringContaining("running go 1.22.1; GOTOOLCHAIN=local")]);
});

test("an old Java names its version", async () => {
  fake.put("javac", 'echo "javac 1.8.0_392" >&2');
  fake.put("java", "");
  expect(await missingPrerequisites(["jdk"])).toEqual([expect.stringContaining("javac is version 1;")]);
});

test.each([
  ["no Python", undefined, "there is no python3 on PATH"],
  ["an old Python", 'echo \'{"program":"python3","version":"3.8.10","library":[]}\'', "or one that is too old"],
  [
    "a Python without pip",
    'case "$*" in *pip*) exit 1;; *) echo \'{"program":"python3","version":"3.11.2","library":[]}\';; esac',
    "has no pip",
  ],
])("%s is missing, with the packages to install", async (_, script, words) => {
  if (script !== undefined) fake.put("python3", script);
  const [sentence] = await missingPrerequisites(["python"]);
  expect(sentence).toContain(words);
  expect(sentence).toMatch(/apt-get install python3 python3-pip$/);
});

test.runIf(process.platform === "linux")("without apt-get, the distribution's packages are named for installation by hand", async () => {
  const [sentence] = await missingPrerequisites(["packages"]);
  expect(sentence).toMatch(/^packages of the distribution: .*busybox-static.*containerd.*; install your distribution's packages/);
});
