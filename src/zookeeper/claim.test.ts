import { describe, expect, test } from "vitest";
import { MemorySession } from "../../test/support/memory-session.ts";
import { MemoryZooKeeper } from "../../test/support/memory-zookeeper.ts";
import { heldOf } from "../protocol/paths.ts";
import { claimInstallation } from "./claim.ts";

describe("the name of an installation", () => {
  test("belongs to the cluster that used it first, which may claim it again and again", async () => {
    const session = new MemorySession(new MemoryZooKeeper());
    await claimInstallation(session, "default", "cluster-a");
    await claimInstallation(session, "default", "cluster-a");
    await claimInstallation(session, "other", "cluster-b");
    await expect(claimInstallation(session, "default", "cluster-b")).rejects.toThrow(
      /belongs to another cluster \(cluster-a\).*name of its own/,
    );
    expect((await session.get(heldOf("default")))?.data.toString()).toBe("cluster-a");
  });

  test("goes to one of two clusters that claim it at the same moment", async () => {
    const zookeeper = new MemoryZooKeeper();
    const [a, b] = [new MemorySession(zookeeper), new MemorySession(zookeeper)];
    const claims = await Promise.allSettled([claimInstallation(a, "default", "cluster-a"), claimInstallation(b, "default", "cluster-b")]);
    expect(claims.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  test("is free again once the node is gone", async () => {
    const session = new MemorySession(new MemoryZooKeeper());
    await claimInstallation(session, "default", "cluster-a");
    await session.remove(heldOf("default"), -1);
    await claimInstallation(session, "default", "cluster-b");
  });
});
