import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sortLockNodes } from "./lock-nodes.ts";
import { readerGrant, writerGrant } from "./lock-order.ts";

const r = (n: number) => `r__READ__${String(n).padStart(10, "0")}`;
const w = (n: number) => `w__WRIT__${String(n).padStart(10, "0")}`;

/** Who the node waits for, first in line first; "held" if for nobody. */
function waits(children: readonly string[], ours: string) {
  const grant = (ours.includes("__WRIT__") ? writerGrant : readerGrant)(sortLockNodes(children), ours);
  return grant.kind === "waiting" ? grant.ahead.map((node) => node.name) : grant.kind;
}

describe("a writer", () => {
  test.each([
    { what: "holds alone", children: [w(3)], ours: w(3), expected: "held" },
    { what: "holds before readers and writers", children: [r(5), w(3), w(4)], ours: w(3), expected: "held" },
    { what: "waits for a reader before it", children: [w(3), r(2)], ours: w(3), expected: [r(2)] },
    { what: "waits for a writer before it", children: [w(3), w(2)], ours: w(3), expected: [w(2)] },
    { what: "waits for all before it, first in line first", children: [r(2), w(3), r(1), w(0)], ours: w(3), expected: [w(0), r(1), r(2)] },
    { what: "waits for a child that is no lock node but sorts before", children: [w(3), "0-note"], ours: w(3), expected: ["0-note"] },
    { what: "ignores a child that is no lock node and sorts behind", children: [w(3), "signal"], ours: w(3), expected: "held" },
    { what: "waits for a node that sorts equal, whichever the server names first", children: [w(3), r(3)], ours: w(3), expected: [r(3)] },
    { what: "is absent where its node is not among the children", children: [w(2), r(1)], ours: w(3), expected: "absent" },
    { what: "is absent on an empty path", children: [], ours: w(3), expected: "absent" },
  ])("$what", ({ children, ours, expected }) => {
    expect(waits(children, ours)).toEqual(expected);
    expect(waits([...children].reverse(), ours)).toEqual(expected);
  });
});

describe("a reader", () => {
  test.each([
    { what: "holds alone", children: [r(3)], ours: r(3), expected: "held" },
    { what: "holds beside readers before and behind", children: [r(1), r(3), r(4)], ours: r(3), expected: "held" },
    { what: "holds before a writer", children: [r(3), w(4)], ours: r(3), expected: "held" },
    { what: "waits for a writer before it, though that one only waits too", children: [r(0), w(1), r(3)], ours: r(3), expected: [w(1)] },
    { what: "waits for all writers before it, first in line first", children: [w(2), r(3), w(1)], ours: r(3), expected: [w(1), w(2)] },
    { what: "ignores children that are no lock nodes", children: ["0-note", "-x", r(3)], ours: r(3), expected: "held" },
    { what: "waits for a writer that sorts equal", children: [r(3), w(3)], ours: r(3), expected: [w(3)] },
    { what: "is absent where its node is not among the children", children: [r(1)], ours: r(3), expected: "absent" },
  ])("$what", ({ children, ours, expected }) => {
    expect(waits(children, ours)).toEqual(expected);
    expect(waits([...children].reverse(), ours)).toEqual(expected);
  });
});

test("never do two writers hold, nor a reader beside a writer, and somebody always holds", () => {
  const queue = fc.uniqueArray(fc.record({ n: fc.nat(30), writer: fc.boolean() }), { selector: (node) => node.n, minLength: 1 });
  fc.assert(
    fc.property(queue, (nodes) => {
      const children = nodes.map(({ n, writer }) => (writer ? w(n) : r(n)));
      const holders = children.filter((name) => waits(children, name) === "held");
      const writers = holders.filter((name) => name.startsWith("w"));
      expect(holders.length).toBeGreaterThan(0);
      expect(writers.length === 0 || holders.length === 1).toBe(true);
    }),
  );
});
