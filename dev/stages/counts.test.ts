import { expect, test } from "vitest";
import { closingLine, countsOf, noTests, sum } from "./counts.ts";

const report = (...files: readonly { readonly status: string; readonly tests: readonly string[] }[]) =>
  JSON.stringify({ testResults: files.map(({ status, tests }) => ({ status, assertionResults: tests.map((of) => ({ status: of })) })) });

test("tests are counted by what came of them", () => {
  const json = report(
    { status: "failed", tests: ["passed", "failed", "skipped"] },
    { status: "passed", tests: ["passed", "todo", "pending", "disabled"] },
  );
  expect(countsOf(json)).toEqual({ passed: 2, failed: 1, skipped: 4 });
});

test("a file that does not load is a failure, though no test of it ran", () => {
  expect(countsOf(report({ status: "failed", tests: [] }))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(countsOf(report({ status: "failed", tests: ["skipped"] }))).toEqual({ passed: 0, failed: 1, skipped: 1 });
});

test("what is no report is an error, not zero tests", () => {
  expect(() => countsOf("{}")).toThrow();
  expect(() => countsOf("")).toThrow();
});

test("the closing line sums up all of them", () => {
  const counts = sum([{ passed: 3, failed: 0, skipped: 1 }, noTests, { passed: 2, failed: 1, skipped: 0 }]);
  expect(closingLine(counts)).toBe("5 passed, 1 failed, 1 skipped");
});
