import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { heldData, ownerOf, parseHeld, parseSignal, type RunIdentity, sameRun, signalData, writeNodeData } from "./node-data.ts";
import { isSegment } from "./paths.ts";

const run: RunIdentity = {
  installation: "main",
  runId: "nightly-1",
  window: { namespace: "orders", name: "nightly", uid: "0f0e" },
  locks: [
    { path: "/orders/a", signalPath: "/orders/a-signal" },
    { path: "/orders/b", signalPath: "/orders/b-signal" },
  ],
};
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/).filter((text) => isSegment(text));

describe("the data of a signal", () => {
  test("comes back as it was written, each owner once", () => {
    const owners = fc.uniqueArray(fc.record({ installation: name, runId: name }), { selector: (o) => `${o.installation}/${o.runId}` });
    fc.assert(
      fc.property(owners, (list) => {
        expect(parseSignal(signalData([...list, ...list]))).toEqual({ kind: "ours", owners: list });
      }),
    );
  });

  test("is small JSON that other programs can read", () => {
    expect(signalData([run]).toString()).toBe('{"runs":[{"installation":"main","run":"nightly-1"}]}');
  });

  test.each([
    { what: "no data", data: Buffer.alloc(0), found: "no data" },
    { what: "an address, as Curator writes", data: Buffer.from("10.0.0.7"), found: '8 bytes that begin with "10.0.0.7"' },
    { what: "bytes that are no text", data: Buffer.from([0xff, 0, 1]), found: "3 bytes" },
    { what: "JSON that is no object", data: json("runs"), found: "runs" },
    { what: "null", data: json(null), found: "null" },
    { what: "an array", data: json([{ installation: "a", run: "b" }]), found: "installation" },
    { what: "runs that are no list", data: json({ runs: { installation: "a", run: "b" } }), found: "runs" },
    { what: "an owner without an installation", data: json({ runs: [{ run: "b" }] }), found: "runs" },
    { what: "an owner that would climb out of our nodes", data: json({ runs: [{ installation: "..", run: "b" }] }), found: "runs" },
    { what: "an owner that would name a deeper node", data: json({ runs: [{ installation: "a/b", run: "c" }] }), found: "runs" },
    { what: "an owner that is no text", data: json({ runs: [{ installation: "a", run: 7 }] }), found: "runs" },
    { what: "one bad owner among good ones", data: json({ runs: [{ installation: "a", run: "b" }, null] }), found: "runs" },
    { what: "more owners than any signal has", data: json({ runs: Array(1001).fill({ installation: "a", run: "b" }) }), found: "runs" },
    { what: "more bytes than are read", data: Buffer.from(`{"runs":[]}${" ".repeat(300_000)}`), found: "300011 bytes" },
  ])("is foreign with $what", ({ data, found }) => {
    expect(parseSignal(data)).toEqual({ kind: "foreign", found: expect.stringContaining(found) });
  });

  test("is foreign where what it needs is only inherited", () => {
    expect(parseSignal(Buffer.from('{"__proto__":{"runs":[]}}')).kind).toBe("foreign");
  });

  test("names owners by installation and run", () => {
    expect(sameRun({ installation: "a", runId: "1" }, { installation: "a", runId: "1" })).toBe(true);
    expect(sameRun({ installation: "a", runId: "1" }, { installation: "b", runId: "1" })).toBe(false);
    expect(sameRun({ installation: "a", runId: "1" }, { installation: "a", runId: "2" })).toBe(false);
  });
});

describe("the data of a held entry", () => {
  test("comes back as it was written", () => {
    expect(parseHeld(heldData(run))).toEqual({ window: run.window, locks: run.locks });
    const silent = { ...run, locks: Array.from({ length: 256 }, (_, i) => ({ path: `/a/${i}`, signalPath: "" })) };
    expect(parseHeld(heldData(silent))).toEqual({ window: run.window, locks: silent.locks });
  });

  test.each([
    { what: "no data", data: Buffer.alloc(0) },
    { what: "no window", data: json({ locks: [] }) },
    { what: "a window without uid", data: json({ window: { namespace: "a", name: "b" }, locks: [] }) },
    { what: "a window of line breaks", data: json({ window: { namespace: "a\n", name: "b", uid: "c" }, locks: [] }) },
    { what: "no locks", data: json({ window: run.window }) },
    {
      what: "a lock path of the controller's own",
      data: json({ window: run.window, locks: [{ path: "/exclusive-windows/_held/x", signalPath: "/s" }] }),
    },
    { what: "a signal path that climbs", data: json({ window: run.window, locks: [{ path: "/a", signalPath: "/../s" }] }) },
    { what: "too many locks", data: json({ window: run.window, locks: Array(257).fill(run.locks[0]) }) },
  ])("is not read with $what", ({ data }) => {
    expect(parseHeld(data)).toBeUndefined();
  });
});

describe("the owner of a lock node", () => {
  test.each([
    { what: "our write node", data: writeNodeData(run, "/orders/a-signal"), owner: "orders/nightly run nightly-1" },
    { what: "a Curator node", data: Buffer.from("10.0.0.7"), owner: "10.0.0.7" },
    { what: "a revocable Curator node", data: Buffer.alloc(0), owner: "" },
    { what: "bytes that are no text", data: Buffer.from([1, 2, 3]), owner: "" },
    { what: "text that would move a terminal's cursor", data: Buffer.from("\u001b[2Jgone"), owner: "" },
    { what: "JSON of somebody else", data: json({ host: "a" }), owner: '{"host":"a"}' },
  ])("of $what is $owner", ({ data, owner }) => {
    expect(ownerOf(data)).toBe(owner);
  });

  test("is short, however long the data", () => {
    expect(ownerOf(Buffer.from("x".repeat(10_000))).length).toBe(200);
  });

  test("tells the write node's window, uid, run, installation and signal", () => {
    expect(JSON.parse(writeNodeData(run, "/orders/a-signal").toString())).toEqual({
      window: "orders/nightly",
      uid: "0f0e",
      run: "nightly-1",
      installation: "main",
      signalPath: "/orders/a-signal",
    });
  });
});

test("no bytes make reading throw", () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  const texts = fc.json().map((text) => Buffer.from(text));
  fc.assert(
    fc.property(fc.oneof(bytes, texts), (data) => {
      expect(["ours", "foreign"]).toContain(parseSignal(data).kind);
      parseHeld(data);
      expect(ownerOf(data)).toMatch(/^[\x20-\x7e]{0,200}$/);
    }),
  );
});
