import { describe, expect, test } from "vitest";
import { type RunIdentity, writeNodeData } from "./node-data.ts";
import { parseRunNode } from "./run-node.ts";

const window = { namespace: "orders", name: "nightly", uid: "8a1e" };
const run: RunIdentity = { installation: "main", runId: "nightly-1", window, locks: [] };

describe("the data of a write node", () => {
  test("of a run leads back to its window", () => {
    expect(parseRunNode(writeNodeData(run, "/p-signal"))).toEqual({ installation: "main", runId: "nightly-1", window });
  });

  test.each([
    ["Curator's address", "10.0.0.1"],
    ["nothing", ""],
    ["null", "null"],
    ["a list", "[]"],
    ["no namespace", JSON.stringify({ window: "nightly", uid: "8a1e", run: "r", installation: "main" })],
    ["a window with two slashes", JSON.stringify({ window: "a/b/c", uid: "8a1e", run: "r", installation: "main" })],
    ["a run that is no name", JSON.stringify({ window: "a/b", uid: "8a1e", run: "../x", installation: "main" })],
    ["no installation", JSON.stringify({ window: "a/b", uid: "8a1e", run: "r" })],
  ])("that is %s is nobody's of ours", (_, data) => {
    expect(parseRunNode(Buffer.from(data))).toBeUndefined();
  });
});
