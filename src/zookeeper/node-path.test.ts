import { expect, test } from "vitest";
import { checkPath, upwards } from "./node-path.ts";

test.each(["/", "/a", "/a/b-0000000001", "/a.b/..c", "/æ ø"])("%j is the path of a node", (path) => {
  expect(() => checkPath(path)).not.toThrow();
});

test.each(["", "a", "/a/", "//", "/a//b", "/./a", "/a/..", "/a\u0000", "/a\u007f", "/\ud800"])(
  "%j is refused before anything is sent",
  (path) => {
    expect(() => checkPath(path)).toThrow(expect.objectContaining({ code: "InvalidPath", path }));
  },
);

test("a path and what is above it, the longest first", () => {
  expect(upwards("/a/b/c")).toEqual(["/a/b/c", "/a/b", "/a"]);
  expect(upwards("/")).toEqual([]);
});
