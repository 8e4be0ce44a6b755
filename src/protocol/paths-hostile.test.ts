// Paths that somebody wrote to reach what is not theirs: bent in the ways that have let tenants out of their part elsewhere
// (dots, doubled and trailing slashes, percent-encodings, look-alikes, control characters, sheer length).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkLockPath, checkLocks, fencePath, mayUse, signalPathOfFence } from "./paths.ts";

const own = "/exclusive-windows/orders/nightly/lock";
const granted = "/shared/orders";
const others = ["/exclusive-windows/billing/lock", "/exclusive-windows/_held/default/run", "/zookeeper/config", "/shared/billing", "/"];

const bends: readonly ((path: string) => string)[] = [
  (path) => `${path}/../../billing/lock`,
  (path) => `${path}/..`,
  (path) => path.replace("/orders/", "/orders/./"),
  (path) => path.replace("/orders/", "/orders//"),
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replaceAll("/", "%2f"),
  (path) => path.replace("orders", "orders%2f..%2fbilling"),
  (path) => path.replace("orders", "orders%00"),
  (path) => path.replace("orders", "orders\u0000"),
  (path) => path.replace("orders", "οrders"), // a Greek omicron
  (path) => path.replace("orders", "orders\u200b"),
  (path) => path.replace("/orders", "\u2215orders"), // a division slash
  (path) => path.replace("/orders", "\uff0forders"), // a full-width slash
  (path) => path.replaceAll("e", "e\u0301"),
  (path) => path.replace("orders", "Orders"),
  (path) => path.replace("/orders", "\\orders"),
  (path) => `${path} `,
  (path) => `${path}\n/exclusive-windows/billing/lock`,
  (path) => `${path}#x`,
  (path) => `${path}?x`,
  (path) => path.replace("orders", "_held"),
  (path) => `${path}/${"a".repeat(1_000_000)}`,
  (path) => path + "/a".repeat(500_000),
  (path) => path.replace("orders", "orders-other"),
  (path) => path.slice(1),
];

const hostile = fc
  .tuple(fc.constantFrom(own, granted, ...others), fc.array(fc.constantFrom(...bends), { minLength: 1, maxLength: 3 }))
  .map(([path, chosen]) => chosen.reduce((bent, bend) => bend(bent), path));

/** What a ZooKeeper server takes, and what names one node only: asked of the bytes, in other words than the check's own. */
function isPlain(path: string): boolean {
  const bytes = Buffer.from(path, "utf8");
  const segments = bytes.toString("latin1").slice(1).split("/");
  return bytes.length === path.length && bytes[0] === 47 && segments.every((name) => /^(?!\.{1,2}$)[\w.-]{1,64}$/.test(name));
}

describe("a path that was bent", () => {
  test("is refused, or stands byte for byte in the part of its namespace", () => {
    fc.assert(
      fc.property(hostile, (path) => {
        if (!mayUse(path, "orders", [granted])) return;
        expect(isPlain(path)).toBe(true);
        expect([path.startsWith("/exclusive-windows/orders/"), path === granted, path.startsWith(`${granted}/`)]).toContain(true);
        expect(path).not.toMatch(/\/_/);
      }),
      { numRuns: 2000 },
    );
  });

  test("is told with its first hundred characters at most", () => {
    fc.assert(fc.property(hostile, (path) => void expect((checkLockPath(path) ?? "").length).toBeLessThan(700)));
  });

  test.each(bends.map((bend, i) => [i, bend(own)] as const))("%i is no lock of the namespace, or a plain one", (_, path) => {
    expect(!mayUse(path, "orders", []) || (isPlain(path) && path.startsWith("/exclusive-windows/orders/"))).toBe(true);
  });

  test("never leads a fence to another signal than its own", () => {
    fc.assert(
      fc.property(hostile, (path) => {
        if (path === "" || checkLocks([{ path: own, signalPath: path }]) !== undefined) return;
        const name = fencePath(path).split("/").at(-1) ?? "";
        expect(signalPathOfFence(name)).toBe(path);
      }),
    );
  });
});

describe("a namespace", () => {
  test.each(["..", "", "orders/../billing", "orders/", "_held"])("named %j reaches nothing of another", (namespace) => {
    for (const path of [own, ...others]) expect(mayUse(path, namespace, [])).toBe(false);
  });
});
