// The high-water mark of the fencing tokens on a real API server.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { path } from "../../src/kube/json.ts";
import { type KubeNamespace, kubeNamespace } from "../support/kube-namespace.ts";

let space: KubeNamespace;

beforeAll(async () => {
  space = await kubeNamespace();
});

afterAll(() => space?.remove());

const merge = (where: string, body: object) =>
  space.kube.rest.call("patch", { method: "PATCH", path: where, body, contentType: "application/merge-patch+json" });

describe("the fencing mark", () => {
  test("only grows, and jumps to what is asked for", async () => {
    expect(await space.kube.fencingMark.raise(4_294_967_297n)).toBe(4_294_967_297n);
    expect(await space.kube.fencingMark.raise(7n)).toBe(4_294_967_298n);
    expect(await space.kube.fencingMark.raise(9_007_199_254_740_993n)).toBe(9_007_199_254_740_993n);
    expect(await space.another("another").fencingMark.raise(0n)).toBe(9_007_199_254_740_994n);
  });

  test("is never answered twice to two that ask at once", async () => {
    const other = space.another("another");
    const tokens = await Promise.all([0n, 0n, 0n].flatMap(() => [space.kube.fencingMark.raise(0n), other.fencingMark.raise(0n)]));
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  test("that somebody overwrote with something else is an error, not a new beginning", async () => {
    const where = path("api", "v1", "namespaces", space.name, "configmaps", "exclusive-window-fencing");
    const before = await space.kube.fencingMark.raise(0n);
    await merge(where, { data: { mark: "lots" } });
    await expect(space.kube.fencingMark.raise(0n)).rejects.toMatchObject({ code: "Invalid", message: expect.stringContaining('"lots"') });
    await merge(where, { data: { mark: before.toString() } });
    expect(await space.kube.fencingMark.raise(0n)).toBe(before + 1n);
  });
});
