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

  test("of an hour are those of the hour that the run is due in, in UTC", () => {
    const window = aWindow("a", [{ path: "/orders/{date}/{hour}", signalPath: "/orders/{yyyy}{MM}" }]);
    const zoned = { ...window, spec: { ...window.spec, timeZone: "Asia/Tokyo" } };
    const nominal = { at: Date.parse("2026-11-27T05:59:00+09:00"), leftOut: undefined };
    expect(locksOf(zoned, nominal)).toEqual([{ path: "/orders/20261126/20", signalPath: "/orders/202611" }]);
  });

  test("of yesterday are 24, each with its own signal or with none", () => {
    const yesterday = { from: -24, to: 0 };
    const locks = locksOf(aWindow("a", [{ path: "/orders/{date}/{hour}", hours: yesterday }]), due);
    expect(locks.length).toBe(24);
    expect(locks.at(-1)).toEqual({ path: "/orders/20261126/23", signalPath: "/orders/20261126/23-signal" });
    const silent = locksOf(aWindow("a", [{ path: "/orders/{date}/{hour}", signalPath: "", hours: yesterday }, { path: "/orders/x" }]), due);
    expect([silent.length, silent[0]?.signalPath, silent[24]?.signalPath]).toEqual([25, "", "/orders/x-signal"]);
  });

  test("are 256 at most, and told when the run that comes has more", () => {
    const halves = (to: number): Spec["locks"] => [
      { path: "/orders/a/{date}/{hour}", signalPath: "", hours: { from: -128, to: 0 } },
      { path: "/orders/b/{date}/{hour}", signalPath: "", hours: { from: -128, to } },
    ];
    expect(problems(aWindow("a", halves(0)))).toEqual([]);
    expect(problems(aWindow("a", halves(1)))).toMatchObject([
      { reason: "InvalidLockPath", message: expect.stringContaining("257 lock paths") },
    ]);
  });

  test("that name one hour twice are refused", () => {
    const twice: Spec["locks"] = [{ path: "/orders/{date}" }, { path: "/orders/{yyyy}{MM}{dd}" }];
    expect(problems(aWindow("a", twice))).toMatchObject([{ message: expect.stringContaining("named twice") }]);
  });

  test("of a window whose zone cannot be read are still told apart", () => {
    const window = aWindow("a", [{ path: "/orders/{hour}" }]);
    expect(locksOf({ ...window, spec: { ...window.spec, timeZone: "Mars/Base" } }, due)[0]?.path).toBe("/orders/00");
  });

  test("that are others each hour need a grant for what stands before the hour", () => {
    expect(problems(aWindow("a", [{ path: "/orders/{date}" }]))).toEqual([]);
    expect(problems(aWindow("a", [{ path: "/{date}/x" }]))).toMatchObject([
      { reason: "PathNotGranted", message: expect.stringContaining("/{date}/x") },
    ]);
  });

  test.each([
    ["no signal where the other has one", { path: "/orders/{date}/{hour}", signalPath: "" }, "SignalConflict"],
    ["another signal at one hour", { path: "/orders/20261127/05", signalPath: "/orders/s" }, "SignalConflict"],
    ["a path below that of an hour", { path: "/orders/20261127/05/x" }, "PathConflict"],
    ["a path above the hours of a day", { path: "/orders/20261127" }, "PathConflict"],
    ["the signal of an hour as its lock", { path: "/orders/20261127/05-signal", signalPath: "" }, "PathConflict"],
  ])("with %s are refused beside a window whose locks are others each hour", (_, lock, reason) => {
    const first = aWindow("a", [{ path: "/orders/{date}/{hour}" }], 1);
    expect(problems(aWindow("b", [lock], 2), first)).toMatchObject([{ reason, message: expect.stringContaining("orders/a") }]);
  });

  test("of an hour may be shared by windows that name the same signal, or none, however they write the hour", () => {
    const first = aWindow("a", [{ path: "/orders/{date}/{hour}", signalPath: "" }], 1);
    const second: Spec["locks"] = [{ path: "/orders/{yyyy}{MM}{dd}/{hour}", signalPath: "", hours: { from: -24, to: 0 } }];
    expect(problems(aWindow("b", second, 2), first)).toEqual([]);
    expect(problems(aWindow("b", [{ path: "/orders/today" }], 2), first)).toEqual([]);
  });

  test("that are malformed are told with the field", () => {
    expect(problems(aWindow("a", [{ path: "/orders//x" }]))).toMatchObject([
      { reason: "InvalidLockPath", message: expect.stringContaining("spec.locks") },
    ]);
  });
});
