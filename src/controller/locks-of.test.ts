import { describe, expect, test } from "vitest";
import { aSpec } from "../../test/support/observed.ts";
import type { Spec } from "../crds/spec.ts";
import { lockProblems, locksOf } from "./locks-of.ts";

function aWindow(name: string, locks: Spec["locks"], createdAtMs = 1) {
  return { namespace: "orders", name, uid: `uid-${name}`, createdAtMs, spec: { ...aSpec, ...(locks === undefined ? {} : { locks }) } };
}

const due = { at: Date.parse("2026-11-27T00:00:00Z"), leftOut: undefined };
const grants = [{ namespace: "orders", prefixes: ["/orders"] }];
const problems = (window: ReturnType<typeof aWindow>, ...others: readonly ReturnType<typeof aWindow>[]) =>
  lockProblems(window, locksOf(window, due), { others: [window, ...others], grants });

describe("the locks of a window", () => {
  test("have defaults", () => {
    expect(locksOf(aWindow("a", undefined), due)).toEqual([
      { path: "/exclusive-windows/orders/a/lock", signalPath: "/exclusive-windows/orders/a/signal" },
    ]);
    expect(locksOf(aWindow("a", [{ path: "/orders/x" }]), due)).toEqual([{ path: "/orders/x", signalPath: "/orders/x-signal" }]);
  });

  test("may lie in the namespace's own part and where it was granted more, and nowhere else", () => {
    expect(problems(aWindow("a", undefined))).toEqual([]);
    expect(problems(aWindow("a", [{ path: "/orders/x" }]))).toEqual([]);
    for (const path of ["/orders-other/x", "/exclusive-windows/billing/x", "/x"]) {
      expect(problems(aWindow("a", [{ path }]))).toMatchObject([{ reason: "PathNotGranted", message: expect.stringContaining(path) }]);
    }
  });

  test("may be shared with another window that names the same signal", () => {
    expect(problems(aWindow("b", [{ path: "/orders/x" }], 2), aWindow("a", [{ path: "/orders/x" }]))).toEqual([]);
  });

  test.each([
    ["another signal on the same path", { path: "/orders/x", signalPath: "/orders/other" }, "SignalConflict"],
    ["a path below another window's", { path: "/orders/x/y" }, "PathConflict"],
    ["a path above another window's", { path: "/orders/deep" }, "PathConflict"],
    ["another window's signal as its lock", { path: "/orders/x-signal" }, "PathConflict"],
    ["another window's lock as its signal", { path: "/orders/z", signalPath: "/orders/x" }, "PathConflict"],
  ])("with %s are refused to the window that came later, not to the other", (_, lock, reason) => {
    const first = aWindow("a", [{ path: "/orders/x" }, { path: "/orders/deep/one" }], 1);
    const second = aWindow("b", [lock], 2);
    expect(problems(second, first)).toMatchObject([{ reason, message: expect.stringContaining("orders/a") }]);
    expect(problems(first, second)).toEqual([]);
  });

  test("that are malformed are told with the field", () => {
    expect(problems(aWindow("a", [{ path: "/orders//x" }]))).toMatchObject([
      { reason: "InvalidLockPath", message: expect.stringContaining("spec.locks") },
    ]);
  });
});
