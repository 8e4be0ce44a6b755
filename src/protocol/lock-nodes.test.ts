import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLockNode, readNodePrefix, sequenceProblem, sortLockNodes, uuidOfRun, writeNodePrefix } from "./lock-nodes.ts";

const id = "1ab0458d-ab17-43e2-b6d5-be8a7835f979";
const read = (digits: string) => `_c_${id}-__READ__${digits}`;
const write = (digits: string) => `_c_${id}-__WRIT__${digits}`;
const names = (children: readonly string[]) => sortLockNodes(children).map((node) => node.name);

describe("parseLockNode", () => {
  test.each([
    { what: "a Curator reader", name: read("0000000007"), kind: "read", sortKey: "0000000007" },
    { what: "a Curator writer", name: write("0000000012"), kind: "write", sortKey: "0000000012" },
    { what: "a reader of another client, without Curator's prefix", name: "x__READ__0000000003", kind: "read", sortKey: "0000000003" },
    { what: "a plain Curator mutex", name: `_c_${id}-lock-0000000000`, kind: "foreign", sortKey: `_c_${id}-lock-0000000000` },
    { what: "a write node of the ZooKeeper documentation", name: "write-0000000001", kind: "foreign", sortKey: "write-0000000001" },
    { what: "the marker that Curator does not use", name: "x__WRITE__0000000001", kind: "foreign", sortKey: "x__WRITE__0000000001" },
    { what: "a note that somebody left", name: "0-note", kind: "foreign", sortKey: "0-note" },
    { what: "a name with both markers, which readers take for a writer", name: "x__READ____WRIT__01", kind: "write", sortKey: "01" },
    { what: "a name with both markers the other way round", name: "x__WRIT__a__READ__02", kind: "write", sortKey: "02" },
    { what: "a marker twice: the last one counts", name: "__READ__9__READ__0000000001", kind: "read", sortKey: "0000000001" },
    {
      what: "two markers that share their underscores: the reader's is cut off first",
      name: "x__READ__WRIT__5",
      kind: "write",
      sortKey: "WRIT__5",
    },
    { what: "a marker at the end", name: "x__WRIT__", kind: "write", sortKey: "" },
  ])("takes $what as $kind", ({ name, kind, sortKey }) => {
    expect(parseLockNode(name)).toEqual({ name, kind, sortKey });
  });
});

describe("sortLockNodes", () => {
  test("sorts by the server's digits, whatever the id before them", () => {
    expect(names([write("0000000010"), "z__READ__0000000002", read("0000000009")])).toEqual([
      "z__READ__0000000002",
      read("0000000009"),
      write("0000000010"),
    ]);
  });

  test("puts children that sort below the digits first, where they block writers, and others last", () => {
    expect(names(["signal", read("0000000001"), "-x", "_c_meta", "0-note"])).toEqual([
      "-x",
      "0-note",
      read("0000000001"),
      "_c_meta",
      "signal",
    ]);
  });

  test("compares text and not numbers, as Curator does: a wrapped sequence jumps ahead", () => {
    expect(names([read("2147483647"), write("-2147483648")])).toEqual([write("-2147483648"), read("2147483647")]);
  });

  test("leaves equal keys in the server's order", () => {
    expect(names([read("0000000004"), write("0000000004")])).toEqual([read("0000000004"), write("0000000004")]);
    expect(names([write("0000000004"), read("0000000004")])).toEqual([write("0000000004"), read("0000000004")]);
  });

  test("compares UTF-16 units, as Java does, and not code points", () => {
    expect(names(["\uff5e", "\u{1f512}"])).toEqual(["\u{1f512}", "\uff5e"]);
  });

  test("agrees with the numbers for every sequence that has not wrapped", () => {
    const sequences = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { maxLength: 50 });
    fc.assert(
      fc.property(sequences, fc.array(fc.boolean(), { minLength: 50, maxLength: 50 }), (numbers, writers) => {
        const children = numbers.map((n, i) => (writers[i] ? write : read)(String(n).padStart(10, "0")));
        const sorted = sortLockNodes(children).map((node) => Number(node.sortKey));
        expect(sorted).toEqual([...numbers].sort((a, b) => a - b));
      }),
    );
  });
});

describe("names of ours", () => {
  test("have Curator's form", () => {
    expect(writeNodePrefix("run-1")).toMatch(/^_c_[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-__WRIT__$/);
    expect(readNodePrefix(id)).toBe(`_c_${id}-__READ__`);
    expect("_c_".length + id.length + "-".length).toBe(40);
  });

  test("are the same for a run after any restart, in any version of this program", () => {
    expect(uuidOfRun("run-1")).toBe("ecdad97e-c08b-8314-bd9c-062d2fda6e9b");
  });

  test("differ from run to run", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => (a === b) === (uuidOfRun(a) === uuidOfRun(b))));
  });
});

describe("sequenceProblem", () => {
  const problem = (...children: string[]) => sequenceProblem(sortLockNodes(children));
  test.each([
    { what: "an 11-character sequence", name: write("-2147483648"), kind: "wrapped" },
    { what: "a negative one of 10 characters", name: read("-000000005"), kind: "wrapped" },
    { what: "a positive one of 11 characters", name: read("10000000000"), kind: "wrapped" },
    { what: "the first beyond half", name: read("1073741825"), kind: "high" },
    { what: "the last before the overflow", name: write("2147483647"), kind: "high" },
  ])("reports $what as $kind, by its name", ({ name, kind }) => {
    expect(problem(read("0000000001"), name)).toEqual({ kind, message: expect.stringContaining(name) });
  });

  test("reports a wrapped sequence rather than a high one", () => {
    expect(problem(read("2147483647"), write("-2147483648"))?.kind).toBe("wrapped");
  });

  test.each([
    { what: "no children", children: [] },
    { what: "the last sequence of the first half", children: [read("1073741824")] },
    { what: "a foreign child with a minus", children: ["-5", "12345678901"] },
  ])("finds nothing wrong with $what", ({ children }) => {
    expect(problem(...children)).toBeUndefined();
  });
});
