import fc from "fast-check";
import { expect, test } from "vitest";
import { labelValue } from "./label-value.ts";

const valid = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

test("a text that is a valid label value stays what it is", () => {
  for (const text of ["", "a", "nightly-compaction", "A_b.c-9", "a".repeat(63)]) expect(labelValue(text)).toBe(text);
});

test("any text becomes a valid label value", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300, unit: "grapheme" }), (text) => {
      const value = labelValue(text);
      expect(value.length).toBeLessThanOrEqual(63);
      expect(value).toMatch(valid);
    }),
  );
});

test("long texts that differ only at the end have different values", () => {
  const long = "x".repeat(80);
  expect(labelValue(`${long}1`)).not.toBe(labelValue(`${long}2`));
  expect(labelValue(`${long}1`)).toBe(labelValue(`${long}1`));
});
