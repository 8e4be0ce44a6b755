import { describe, expect, test } from "vitest";
import type { LockHolder } from "../zookeeper/run-locks.ts";
import { holdingPods, unmatchedHolders } from "./holding.ts";

const pod = (name: string, podIp: string | undefined) => ({ name, uid: `uid-${name}`, podIp });
const holder = (owner: string, kind: LockHolder["kind"] = "read"): LockHolder => ({ name: `node-of-${owner}`, kind, owner });
const names = (pods: readonly { readonly name: string }[]) => pods.map(({ name }) => name);

describe("holders of read locks and Pods", () => {
  test("belong together by the Pod's address", () => {
    const pods = [pod("a", "10.0.0.1"), pod("b", "10.0.0.2"), pod("c", undefined)];
    expect(names(holdingPods(pods, [holder("10.0.0.2"), holder("10.0.0.9")]))).toEqual(["b"]);
    expect(unmatchedHolders(pods, [holder("10.0.0.2"), holder("10.0.0.9")]).map(({ owner }) => owner)).toEqual(["10.0.0.9"]);
  });

  test("are not matched by a part of an address", () => {
    expect(holdingPods([pod("a", "10.0.0.1")], [holder("10.0.0.11"), holder("110.0.0.1")])).toEqual([]);
  });

  test("are readers only: a Pod whose address is in a write node holds no read lock", () => {
    const pods = [pod("a", "10.0.0.1")];
    expect(holdingPods(pods, [holder("10.0.0.1", "write"), holder("10.0.0.1", "foreign")])).toEqual([]);
    expect(unmatchedHolders(pods, [holder("10.0.0.7", "write"), holder("10.0.0.7", "foreign")])).toEqual([]);
  });

  test("a node that went while it was read is nobody's, and not a stranger's either", () => {
    const pods = [pod("a", undefined), pod("b", "")];
    expect(holdingPods(pods, [holder("")])).toEqual([]);
    expect(unmatchedHolders(pods, [holder("")])).toEqual([]);
  });

  test.each([
    ["fd00::5", "fd00:0:0:0:0:0:0:5"],
    ["fd00::5", "fd00:0:0:0:0:0:0:5%eth0"],
    ["fd00::5", "FD00::5"],
  ])("an IPv6 address is the same however it is written: %s and %s", (podIp, owner) => {
    expect(names(holdingPods([pod("a", podIp)], [holder(owner)]))).toEqual(["a"]);
    expect(unmatchedHolders([pod("a", podIp)], [holder(owner)])).toEqual([]);
  });

  test("Pods that share their node's address all count as holding", () => {
    expect(names(holdingPods([pod("a", "10.0.0.1"), pod("b", "10.0.0.1")], [holder("10.0.0.1")]))).toEqual(["a", "b"]);
  });
});
