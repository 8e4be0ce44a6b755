// The project's own checks (sizes, names, purity) are each seen to fail on a file planted for it, and not one line sooner.
import { describe, expect, test } from "vitest";
import { printed } from "../../dev/check/finding.ts";
import { checkOwnRules } from "../../dev/check/own.ts";
import { limits } from "../../dev/check/sizes.ts";
import { plantedTree, project } from "./planted-tree.ts";

const head = "// What this file owns.\n";
const lines = (count: number, line = "f();\n") => line.repeat(count);
const rulesIn = (files: Readonly<Record<string, string>>) =>
  checkOwnRules(plantedTree(files))
    .findings.map(({ rule, file, line }) => `${file}:${line} ${rule}`)
    .sort();

describe("the size limits", () => {
  test("a file has at most 200 code lines", () => {
    expect(rulesIn({ "src/kube/a.ts": head + lines(limits.fileLines) })).toEqual([]);
    expect(rulesIn({ "src/kube/a.ts": head + lines(limits.fileLines + 1) })).toEqual(["src/kube/a.ts:1 file-too-long"]);
    expect(limits).toEqual({ fileLines: 200, functionLines: 60 });
  });

  test("blank lines, comments and documentation do not count, a text over many lines does", () => {
    const uncounted = "\n// a comment\n/* over\n * three\n * lines */\n/** of a function */\n";
    expect(rulesIn({ "dev/a.ts": head + `${uncounted}f();\n`.repeat(limits.fileLines) })).toEqual([]);
    expect(rulesIn({ "dev/a.ts": `${head}const text = \`${lines(limits.fileLines)}\`;\n` })).toEqual(["dev/a.ts:1 file-too-long"]);
  });

  test("a function has at most 60 code lines, whatever its form", () => {
    const most = lines(limits.functionLines - 2);
    const forms = (body: string) => `${head}function a() {\n${body}}\nconst b = () => {\n${body}};\nclass C {\nd() {\n${body}}\n}\n`;
    const starts = (body: number) => [2, 2 + body + 2, 2 + 2 * (body + 2) + 1].map((line) => `test/a.ts:${line} function-too-long`).sort();
    expect(rulesIn({ "test/a.ts": forms(most) })).toEqual([]);
    expect(rulesIn({ "test/a.ts": forms(`${most}f();\n`) })).toEqual(starts(limits.functionLines - 1));
  });

  test("a describe may be long, a test in it may not", () => {
    const tests = (count: number) => `${head}describe("x", () => {\n${lines(80)}test("y", () => {\n${lines(count)}});\n});\n`;
    expect(rulesIn({ "src/kube/a.test.ts": tests(58) })).toEqual([]);
    expect(rulesIn({ "src/kube/a.test.ts": tests(59) })).toEqual(["src/kube/a.test.ts:83 function-too-long"]);
  });

  test("a function that declares tests side by side may be long, each of them may not", () => {
    const stories = (count: number) => `${head}function stories() {\n${lines(80)}test.each([1])("y", () => {\n${lines(count)}});\n}\n`;
    expect(rulesIn({ "test/support/a.ts": stories(58) })).toEqual([]);
    expect(rulesIn({ "test/support/a.ts": stories(59) })).toEqual(["test/support/a.ts:83 function-too-long"]);
  });

  test("what was generated is not measured", () => {
    expect(rulesIn({ "src/crds/generated/a.ts": lines(500), "src/crds/a.ts": head })).toEqual([]);
  });
});

describe("the names", () => {
  test.each([
    "src/kube/utils.ts",
    "src/kube/job-helpers.ts",
    "src/kube/lock-manager.ts",
    "src/common/a.ts",
    "test/helper/a.ts",
    "dev/util.test.ts",
    "demo/misc.ts",
  ])("%s says nothing about what is inside", (file) => {
    expect(rulesIn({ [file]: head })).toEqual([`${file}:1 name-says-nothing`]);
  });

  test("a longer word that begins like one of them is a name", () => {
    expect(rulesIn({ "src/kube/commonality.ts": head, "src/kube/utilisation.ts": head })).toEqual([]);
  });
});

describe("the head comment", () => {
  test("a file begins with one, after a line for the shell if there is one", () => {
    expect(rulesIn({ "src/kube/a.ts": "f();\n" })).toEqual(["src/kube/a.ts:1 no-head-comment"]);
    expect(rulesIn({ "src/kube/a.ts": "#!/usr/bin/env node\nf();\n" })).toEqual(["src/kube/a.ts:1 no-head-comment"]);
    expect(rulesIn({ "src/kube/a.ts": `#!/usr/bin/env node\n${head}f();\n`, "src/kube/b.ts": "/** b */\nf();\n" })).toEqual([]);
  });

  test("a test says in its names what it is about", () => {
    expect(rulesIn({ "src/kube/a.test.ts": "f();\n" })).toEqual([]);
  });
});

describe("purity", () => {
  const pureRooms = ["crds", "protocol", "schedule", "window", "report"];
  const impure: readonly (readonly [code: string, rule: string])[] = [
    ["export async function a() {}", "pure-no-await"],
    ["export const a = async () => 1;", "pure-no-await"],
    ["await f();", "pure-no-await"],
    ["for await (const a of f()) g(a);", "pure-no-await"],
    ["f(Date.now());", "pure-no-clock"],
    ["f(globalThis.Date.now());", "pure-no-clock"],
    ["[1].map(Date.now);", "pure-no-clock"],
    ["f(new Date());", "pure-no-clock"],
    ["f(new Date);", "pure-no-clock"],
    ["f(Date());", "pure-no-clock"],
    ["f(performance.now());", "pure-no-clock"],
    ["f(Temporal.Now.instant());", "pure-no-clock"],
    ["f(Math.random());", "pure-no-chance"],
    ["f(crypto.randomUUID());", "pure-no-chance"],
    ["f(randomBytes(4));", "pure-no-chance"],
  ];

  test.each(impure)("a pure room that says %s breaks %s", (code, rule) => {
    const files = Object.fromEntries(pureRooms.map((room) => [`src/${room}/a.ts`, `${head}${code}\n`]));
    const broken = new Set(rulesIn(files));
    for (const room of pureRooms) expect(broken).toContain(`src/${room}/a.ts:2 ${rule}`);
  });

  test("a pure room may compute with the instants that it is handed", () => {
    const code = "export const a = (now: number) => new Date(now).toISOString() + Date.parse(b) + new Date(Date.UTC(2026, 0)).getTime();\n";
    expect(rulesIn({ "src/schedule/a.ts": head + code, "src/schedule/a.test.ts": "await f(Date.now());\n" })).toEqual([]);
  });

  test("outside the pure rooms the clock and the timers belong in shared/clock.ts alone", () => {
    const code = `${head}f(Date.now());\nsetTimeout(f, 1);\nglobalThis.setInterval(f, 1);\n`;
    expect(rulesIn({ "src/kube/a.ts": code, "src/shared/clock.ts": code, "dev/a.ts": code, "src/kube/a.test.ts": code })).toEqual([
      "src/kube/a.ts:2 clock-is-an-argument",
      "src/kube/a.ts:3 timers-are-arguments",
      "src/kube/a.ts:4 timers-are-arguments",
    ]);
  });
});

describe("the checker", () => {
  test("a tree without any TypeScript is an error, not a success", () => {
    expect(() => checkOwnRules(plantedTree({ "src/a.txt": "" }))).toThrow(/no TypeScript file was found/);
  });

  test("the tree of this project keeps the rules", () => {
    const { files, findings } = checkOwnRules(project);
    expect(findings.map(printed)).toEqual([]);
    expect(files).toBeGreaterThan(40);
  });
});
