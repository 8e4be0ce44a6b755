import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkLockPath,
  checkLocks,
  defaultLock,
  defaultSignalPath,
  fencePath,
  heldOf,
  heldPath,
  isSegment,
  mayUse,
  overlaps,
  parentPath,
  signalPathOfFence,
} from "./paths.ts";

const segment = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/).filter((text) => isSegment(text));
const path = fc
  .array(segment, { minLength: 1, maxLength: 16 })
  .map((segments) => `/${segments.join("/")}`)
  .filter((text) => checkLockPath(text) === undefined);

describe("checkLockPath", () => {
  test.each([
    { name: "a short path", path: "/a" },
    { name: "every character that is allowed", path: "/AZaz09._-/..." },
    { name: "a path below the root", path: "/exclusive-windows/orders/nightly/lock" },
    { name: "16 segments", path: "/a".repeat(16) },
    { name: "a segment of 64 characters", path: `/${"x".repeat(64)}` },
    { name: "a segment that begins with _ outside our root", path: "/orders/_processing" },
    { name: "a name that only begins like our root", path: "/exclusive-windows2/_held" },
  ])("accepts $name", ({ path }) => {
    expect(checkLockPath(path)).toBeUndefined();
  });

  test.each([
    { name: "the empty text", path: "", says: "not absolute" },
    { name: "a relative path", path: "orders/lock", says: "not absolute" },
    { name: "the root of the tree", path: "/", says: 'segment ""' },
    { name: "a slash at the end", path: "/orders/", says: 'segment ""' },
    { name: "two slashes in a row", path: "/orders//lock", says: 'segment ""' },
    { name: "a dot", path: "/orders/./lock", says: 'segment "."' },
    { name: "two dots", path: "/orders/../lock", says: 'segment ".."' },
    { name: "a space", path: "/orders/my lock", says: "my lock" },
    { name: "a line break at the end", path: "/orders/lock\n", says: "lock\\n" },
    { name: "a null byte", path: "/orders/lo\0ck", says: "segment" },
    { name: "a letter that is not ASCII", path: "/orders/lås", says: "segment" },
    { name: "a letter that only looks like ASCII", path: "/orders/lоck", says: "segment" },
    { name: "a colon, which stands for the slash in fences", path: "/orders/a:b", says: "segment" },
    { name: "a segment of 65 characters", path: `/${"x".repeat(65)}`, says: "segment" },
    { name: "17 segments", path: "/a".repeat(17), says: "at most 16" },
    { name: "513 characters", path: `/${"x".repeat(56)}`.repeat(9), says: "at most 512" },
    { name: "our root", path: "/exclusive-windows", says: "name a path below it" },
    { name: "our held nodes", path: "/exclusive-windows/_held/main", says: "controller's own" },
    { name: "a name with _ deeper below our root", path: "/exclusive-windows/orders/_x/lock", says: "controller's own" },
    { name: "ZooKeeper's own part", path: "/zookeeper/quota", says: "ZooKeeper servers" },
  ])("refuses $name", ({ path, says }) => {
    expect(checkLockPath(path)).toContain(says);
  });

  test("shows no more than the beginning of a long path", () => {
    expect(checkLockPath(`/${"x".repeat(5000)}`)?.length).toBeLessThan(250);
  });
});

describe("checkLocks", () => {
  const lock = (path: string, signalPath = `${path}-signal`) => ({ path, signalPath });
  const hours = (count: number, above = "/a") => Array.from({ length: count }, (_, hour) => lock(`${above}/h${hour}`));
  test.each([
    { name: "two locks with a signal each", locks: [lock("/a/x"), lock("/a/y")] },
    { name: "locks without a signal", locks: [lock("/a/x", ""), lock("/a/y", "")] },
    { name: "256 locks", locks: hours(256) },
    { name: "two locks that share a signal", locks: [lock("/a/x", "/a/s"), lock("/a/y", "/a/s")] },
  ])("accepts $name", ({ locks }) => {
    expect(checkLocks(locks)).toBeUndefined();
  });

  test.each([
    { name: "a bad lock path", locks: [lock("/a/../b", "/a/s")], says: 'segment ".."' },
    { name: "a bad signal path", locks: [lock("/a/b", "/a/s/")], says: 'segment ""' },
    { name: "257 locks", locks: hours(257), says: "there are 257 lock paths: at most 256" },
    { name: "more than a transaction takes", locks: hours(256, `/${"a".repeat(64)}`.repeat(5)), says: "at most 65536 are allowed" },
    { name: "one path twice", locks: [lock("/a/x"), lock("/a/x")], says: "named twice" },
    { name: "a signal on its own lock path", locks: [lock("/a/x", "/a/x")], says: "a lock path and a signal path" },
    { name: "a signal on another lock path", locks: [lock("/a/x", "/a/y"), lock("/a/y", "/a/z")], says: "a lock path and a signal path" },
    { name: "a signal below its lock path", locks: [lock("/a/x", "/a/x/signal")], says: "/a/x/signal stands below /a/x" },
    { name: "a lock path below another", locks: [lock("/a"), lock("/a/b")], says: "/a/b stands below /a" },
    { name: "a signal below a signal", locks: [lock("/l/x", "/s"), lock("/l/y", "/s/t")], says: "/s/t stands below /s" },
  ])("refuses $name", ({ locks, says }) => {
    expect(checkLocks(locks)).toContain(says);
  });

  test("accepts the lock of a window that names none", () => {
    expect(checkLocks([defaultLock("orders", "nightly")])).toBeUndefined();
    expect(defaultLock("orders", "nightly")).toEqual({
      path: "/exclusive-windows/orders/nightly/lock",
      signalPath: "/exclusive-windows/orders/nightly/signal",
    });
    expect(defaultSignalPath("/orders/processing")).toBe("/orders/processing-signal");
  });
});

describe("mayUse", () => {
  test.each([
    { name: "the namespace's own part", path: "/exclusive-windows/orders/x", grants: [], may: true },
    { name: "another namespace's part", path: "/exclusive-windows/orders2/x", grants: [], may: false },
    { name: "the namespace's node itself", path: "/exclusive-windows/orders", grants: [], may: false },
    { name: "a path outside without a grant", path: "/orders/x", grants: [], may: false },
    { name: "a path below a grant", path: "/shop/orders/x", grants: ["/shop"], may: true },
    { name: "the granted path itself", path: "/shop", grants: ["/shop"], may: true },
    { name: "a path that only begins like the grant", path: "/shop2/x", grants: ["/shop"], may: false },
    { name: "a path above the grant", path: "/shop", grants: ["/shop/orders"], may: false },
    { name: "any path under a grant of everything", path: "/other/x", grants: ["/"], may: true },
    { name: "our own nodes, whatever is granted", path: "/exclusive-windows/_held/a", grants: ["/"], may: false },
    { name: "a path that climbs out", path: "/exclusive-windows/orders/../b", grants: ["/"], may: false },
  ])("$name: $may", ({ path, grants, may }) => {
    expect(mayUse(path, "orders", grants)).toBe(may);
  });

  test("gives a namespace that cannot be a segment nothing", () => {
    expect(mayUse("/exclusive-windows/x/y", "..", [])).toBe(false);
    expect(mayUse("/exclusive-windows/x/y", "", [])).toBe(false);
  });
});

describe("overlaps", () => {
  test.each([
    { a: "/a", b: "/a/b", overlap: true },
    { a: "/a/b/c", b: "/a", overlap: true },
    { a: "/a", b: "/a", overlap: false },
    { a: "/a", b: "/ab", overlap: false },
    { a: "/a/b", b: "/a/c", overlap: false },
  ])("$a and $b: $overlap", ({ a, b, overlap }) => {
    expect(overlaps(a, b)).toBe(overlap);
    expect(overlaps(b, a)).toBe(overlap);
  });
});

describe("our own nodes", () => {
  test("stand where processors and administrators look for them", () => {
    expect(heldPath("main", "r1")).toBe("/exclusive-windows/_held/main/r1");
    expect(heldOf("main")).toBe("/exclusive-windows/_held/main");
    expect(fencePath("/orders/processing-signal")).toBe("/exclusive-windows/_fences/orders:processing-signal");
    expect([parentPath("/a/b/c"), parentPath("/a")]).toEqual(["/a/b", "/"]);
  });

  test.each(["", ".", "..", "a/b", "a b", "x".repeat(65)])("are not made from the name %j", (name) => {
    expect(() => heldPath("main", name)).toThrow("cannot be the name of a znode");
    expect(() => heldOf(name)).toThrow("cannot be the name of a znode");
  });

  test("a fence leads back to exactly its signal path, and is one segment", () => {
    fc.assert(
      fc.property(path, (signalPath) => {
        const name = fencePath(signalPath).slice("/exclusive-windows/_fences/".length);
        expect(name).not.toContain("/");
        expect(signalPathOfFence(name)).toBe(signalPath);
      }),
    );
  });

  test("two signal paths never share a fence", () => {
    fc.assert(fc.property(path, path, (a, b) => (a === b) === (fencePath(a) === fencePath(b))));
  });

  test.each(["", ":", "a::b", "..", "a:..", "a b", "exclusive-windows:_held:x", "a/b"])(
    "no signal path is read out of the name %j",
    (name) => {
      expect(signalPathOfFence(name)).toBeUndefined();
    },
  );
});
