// `locks purge` on a real server: what goes, what stays, and what is refused.
import { describe, expect, test } from "vitest";
import { aRun, promoted, put, queued, treeOf } from "../support/lock-world.ts";
import { aLease, aLock, locks, locksJson, yesAfter } from "../support/locks-admin.ts";
import { session, withServer } from "../support/server-gate.ts";

withServer();

const purge = (path: string, ...more: readonly string[]) => ["purge", path, ...more];
const hour = (dc: number) => `/logdriver/locks/service/${dc}/web/logs/20261126/04/app`;

describe("purge", () => {
  test("removes the path and its childless parents up to the root of the locks, which stays", async () => {
    const ours = await session();
    await ours.remove(await aLock(ours, hour(1), "ZooKeeperRecipe", "read"), -1);
    await ours.createParents("/logdriver/locks/service/2");
    const address = ["--service-path", "/service/1/web/logs", "--timestamp", "20261126/04", "--component", "app"];
    const up = (levels: number) => hour(1).split("/").slice(0, -levels).join("/");
    expect(await locksJson(["purge", ...address])).toEqual({
      path: hour(1),
      removed: [hour(1), up(1), up(2), up(3), up(4), up(5)],
      gone: [],
      left: [],
      planned: [],
    });
    expect(await ours.children("/logdriver/locks/service")).toEqual(["2"]);
    expect(await locks(purge("/logdriver/locks/service/2"))).toMatchObject({ code: 0 });
    expect(await ours.children("/logdriver/locks")).toEqual([]);
  });

  test("never removes the first level, and stops below a node that holds data or has other children", async () => {
    const ours = await session();
    await ours.createParents("/first/second/lock");
    expect((await locks(purge("/first/second/lock"))).out).toBe("/first/second/lock removed\n/first/second removed\n");
    expect(await ours.children("/first")).toEqual([]);
    await put(ours, "/first/data", "of somebody");
    await ours.createParents("/first/data/lock");
    const { code, err } = await locks(purge("/first/data/lock"));
    expect({ code, err }).toEqual({ code: 0, err: "warning: /first/data was left: it holds data\n" });
  });

  test("takes the folders of a semaphore mutex along", async () => {
    const ours = await session();
    await ours.remove(await aLock(ours, "/semaphores/one", "CuratorSemaphoreMutex"), -1);
    await ours.remove(await aLease(ours, "/semaphores/one"), -1);
    expect((await locks(purge("/semaphores/one"))).out).toBe("/semaphores/one removed\n");
    expect(await ours.children("/semaphores")).toEqual([]);
  });

  test("with --dry-run only says it", async () => {
    const ours = await session();
    const at = await aLock(ours, "/dry/run/lock", "Curator", "read");
    const before = await treeOf(ours);
    expect(await locksJson(purge("/dry/run/lock", "--force", "--dry-run"))).toMatchObject({
      removed: [],
      planned: [at, "/dry/run/lock", "/dry/run"],
    });
    expect(await treeOf(ours)).toEqual(before);
  });

  test.each([
    ["/", "root of locks"],
    ["/top", "first level"],
    ["/zookeeper/quota", "ZooKeeper servers"],
    ["/exclusive-windows/_held/main", "controllers"],
    ["/exclusive-windows", "root of locks"],
  ])("of %s exits with 2", async (path, message) => {
    expect(await locks(purge(path, "--force", "--yes"))).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  test("of a path outside --root exits with 2", async () => {
    expect(await locks(purge("/a/b", "--root", "/c"))).toMatchObject({ code: 2, err: expect.stringContaining("root of the locks, /c") });
  });
});

describe("a path that is in use", () => {
  test("is refused without --force: held, waited for, or with children that are no locks", async () => {
    const ours = await session();
    const held = await aLock(ours, "/used/held", "Curator", "read");
    await put(ours, "/used", "", "persistent").catch(() => undefined);
    await ours.createParents("/used/foreign/notes");
    const before = await treeOf(ours);
    for (const path of ["/used/held", "/used/foreign"]) {
      expect(await locks(purge(path, "--yes")), path).toMatchObject({ code: 5, out: "", err: expect.stringContaining("--force") });
    }
    expect(await treeOf(ours)).toEqual(before);
    expect((await locks(purge("/used/held", "--force", "--yes"))).out).toBe(`${held} removed\n/used/held removed\n`);
    expect((await locks(purge("/used/foreign", "--force", "--yes"))).out).toBe("/used/foreign/notes removed\n/used/foreign removed\n");
  });

  test.each([
    ["a branch", "/kept/branch", "has 1 children"],
    ["data", "/kept/data", "holds 4 bytes"],
  ])("stays, for all that is said, where it is %s", async (what, path, message) => {
    const ours = await session();
    if (what === "a branch") await ours.createParents(`${path}/below/further`);
    if (what === "data") await ours.createParents("/kept").then(() => put(ours, path, "1234"));
    const before = await treeOf(ours);
    const force = what === "data" ? [] : ["--force"];
    expect(await locks(purge(path, "--yes", ...force))).toMatchObject({ code: 5, err: expect.stringContaining(message) });
    expect(await treeOf(ours)).toEqual(before);
  });

  test.each([[], ["--dialect", "Curator"], ["--dialect", "CuratorMutex"]])(
    "loses no node where a purge of one dialect (%s) would leave others",
    async (...one) => {
      const ours = await session();
      for (const dialect of ["Curator", "CuratorMutex"] as const) await aLock(ours, "/kept/two", dialect, "write");
      const before = await treeOf(ours);
      const { code, err } = await locks(purge("/kept/two", "--yes", "--force", ...one));
      expect({ code, err }).toEqual({ code: 5, err: expect.stringContaining("reset the others first") });
      expect(await treeOf(ours)).toEqual(before);
    },
  );

  test("stays, for all that is said, while a run holds it", async () => {
    const ours = await session();
    const run = aRun("run-of-kept", [{ path: "/kept/run", signalPath: "/kept/run-signal" }]);
    await queued(ours, run);
    await promoted(ours, run);
    const before = await treeOf(ours);
    const { code, err } = await locks(purge("/kept/run", "--yes", "--force"));
    expect({ code, err }).toEqual({ code: 5, err: expect.stringContaining("locks write reset --force removes it all the same") });
    expect(await treeOf(ours)).toEqual(before);
  });

  test("is no lock path: a session's own node, a run's node and a raised signal are refused even with --force", async () => {
    const ours = await session();
    const own = await aLock(ours, "/nodes/lock", "Curator", "read");
    const run = aRun("run-of-nodes", [{ path: "/nodes/window", signalPath: "/nodes/signal" }]);
    await queued(ours, run);
    const [name = ""] = await promoted(ours, run);
    for (const [path, message] of [
      [own, "session's own node"],
      [`/nodes/window/${name}`, "run run-of-nodes of orders/window-run-of-nodes"],
      ["/nodes/signal", "signal of a window's run"],
    ] as const)
      expect(await locks(purge(path, "--force", "--yes")), path).toMatchObject({ code: 5, err: expect.stringContaining(message) });
  });
});

describe("a purge meanwhile", () => {
  test("somebody locks there stops, says so, and leaves the lock", async () => {
    const ours = await session();
    await ours.createParents("/meanwhile/lock");
    let late = "";
    const arrive = async () => {
      if (late === "") late = await aLock(ours, "/meanwhile/lock", "Curator", "read");
    };
    const { code, out, err } = await locks(purge("/meanwhile/lock"), { on: { transaction: arrive } });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("/meanwhile/lock was left: nodes stand below it");
    expect(await ours.exists(late)).toBeDefined();
  });

  test("a parent gets a child stops there", async () => {
    const ours = await session();
    await ours.createParents("/climb/parent/lock");
    const on = {
      transaction: async (path: string) => void (path === "/climb/parent" && (await ours.createParents("/climb/parent/other"))),
    };
    expect(await locks(purge("/climb/parent/lock"), { on })).toMatchObject({
      code: 0,
      out: "/climb/parent/lock removed\n",
      err: expect.stringContaining("/climb/parent was left"),
    });
  });

  test("holders vanish, or the path itself, is fine", async () => {
    const ours = await session();
    const held = await aLock(ours, "/gone/lock", "Curator", "read");
    const vanish = async () => {
      await ours.remove(held, -1);
      await ours.remove("/gone/lock", -1);
    };
    const outcome = await locks(purge("/gone/lock", "--force"), yesAfter(vanish));
    expect(outcome).toMatchObject({ code: 0, out: `${held} was gone already\n/gone/lock was gone already\n` });
  });
});
