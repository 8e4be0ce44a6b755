import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { filled, mayBeBelow, mayBeSame, shapeOf, timeWords } from "./path-templates.ts";
import { checkLockPath, mayUse, overlaps } from "./paths.ts";

const at = Date.parse("2026-03-09T04:59:59Z");

describe("a template", () => {
  test("names the hour in UTC, as a dataset's layout does", () => {
    expect(filled("/a/{date}/{hour}/x", at)).toBe("/a/20260309/04/x");
    expect(filled("/a/{yyyy}-{MM}-{dd}/h{hour}", at)).toBe("/a/2026-03-09/h04");
    expect(filled("/a/{day}", at)).toBe("/a/{day}");
    expect(filled("/a/b", at)).toBe("/a/b");
  });

  test("that gives a good path once gives good paths of the same length at every time", () => {
    const piece = fc.oneof(fc.constantFrom(...timeWords.map((word) => `{${word}}`)), fc.stringMatching(/^[a-z0-9._-]{1,6}$/));
    const template = fc.array(fc.array(piece, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(template, time, time, (segments, one, other) => {
        const text = `/${segments.map((pieces) => pieces.join("")).join("/")}`;
        expect(filled(text, one).length).toBe(filled(text, other).length);
        expect(checkLockPath(filled(text, one)) === undefined).toBe(checkLockPath(filled(text, other)) === undefined);
        expect(mayBeSame(text, filled(text, one))).toBe(true);
        expect(mayBeBelow(`${text}/x`, filled(text, other))).toBe(true);
      }),
    );
  });

  test.each([
    ["/a/{date}", "/a/20261127", true],
    ["/a/{date}", "/a/{yyyy}{MM}{dd}", true],
    ["/a/{date}", "/a/{hour}", false],
    ["/a/{date}", "/a/2026112x", false],
    ["/a/{date}", "/b/{date}", false],
    ["/a/x{hour}", "/a/{hour}x", false],
    ["/a/1{hour}", "/a/{hour}1", true],
    ["/a", "", false],
  ])("%s and %s may be the same: %s", (a, b, same) => {
    expect([mayBeSame(a, b), mayBeSame(b, a)]).toEqual([same, same]);
  });

  test("may stand below a path, or above one, that it could ever give", () => {
    expect(overlaps("/a/{date}", "/a/20261127/05")).toBe(true);
    expect(overlaps("/a/{date}/{hour}", "/a/20261127")).toBe(true);
    expect(overlaps("/a/{date}/{hour}", "/a/today")).toBe(false);
    expect(overlaps("/a/{date}", "/a/{date}")).toBe(false);
  });

  test("may be used where what stands before its first brace is granted, and never by the digits of one time", () => {
    expect(mayUse("/data/{date}/{hour}", "ns", ["/data"])).toBe(true);
    expect(mayUse("/data/{date}/{hour}", "ns", ["/data/20261127", "/data/19700101"])).toBe(false);
    expect(mayUse("/exclusive-windows/ns/{date}", "ns", [])).toBe(true);
    expect(mayUse("/exclusive-windows/{hour}/x", "00", [])).toBe(false);
    expect(mayUse("/data/{day}", "ns", ["/data"])).toBe(false);
  });

  test("is known by its digits", () => {
    expect(shapeOf("/a/{date}/{hour}/b")).toBe("/a/########/##/b");
  });
});
