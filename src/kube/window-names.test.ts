import { expect, test } from "vitest";
import { namedWindows } from "./window-names.ts";

test.each([
  [undefined, [], false],
  ["nightly", ["nightly"], false],
  [" nightly, weekly,nightly", ["nightly", "weekly"], false],
  ["a.b-c", ["a.b-c"], false],
  ["", [], true],
  ["nightly,", ["nightly"], true],
  ["orders/nightly", [], true],
  ["Nightly, weekly", ["weekly"], true],
  ["-nightly", [], true],
  ["x".repeat(254), [], true],
])("the annotation %j names %j", (annotation, windows, isMalformed) => {
  expect(namedWindows(annotation)).toEqual({ windows, malformed: isMalformed ? annotation : undefined });
});

test("an annotation names twenty windows at most, and says so", () => {
  const many = Array.from({ length: 21 }, (_, i) => `w${i}`).join(",");
  expect(namedWindows(many)).toMatchObject({ windows: { length: 20 }, malformed: many });
});
