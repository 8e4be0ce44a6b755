import { expect, test } from "vitest";
import { Watches, type WatchKind } from "./watches.ts";

const watch = () => undefined;

test("a function handed in again and again for a node that never changes is held once", () => {
  const watches = new Watches();
  for (let i = 0; i < 10_000; i += 1) watches.add("data", "/a", watch);
  expect(watches.size).toBe(1);
  expect([...watches.take(3, "/a")]).toEqual([watch]);
  expect(watches.size).toBe(0);
});

test.each([
  { event: "created", number: 1, ends: ["data", "existence"] },
  { event: "deleted", number: 2, ends: ["data", "existence", "children"] },
  { event: "changed", number: 3, ends: ["data", "existence"] },
  { event: "children changed", number: 4, ends: ["children"] },
  { event: "not known", number: 99, ends: [] },
])("a node that is $event ends the watches for it, on that node alone", ({ number, ends }) => {
  const watches = new Watches();
  const named = new Map<() => void, WatchKind>((["data", "existence", "children"] as const).map((kind) => [() => undefined, kind]));
  for (const [call, kind] of named) {
    watches.add(kind, "/a", call);
    watches.add(kind, "/b", watch);
  }
  expect([...watches.take(number, "/a")].map((call) => named.get(call))).toEqual(ends);
  expect(watches.size).toBe(6 - ends.length);
});

test("all are taken at once when the connection goes, each function once", () => {
  const watches = new Watches();
  watches.add("data", "/a", watch);
  watches.add("children", "/a", watch);
  watches.add("existence", "/b", watch);
  expect([...watches.takeAll()]).toEqual([watch]);
  expect(watches.size).toBe(0);
});
