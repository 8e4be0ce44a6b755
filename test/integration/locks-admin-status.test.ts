// `locks status` on a real server, and what is said of bad input.
import { describe, expect, test } from "vitest";
import { aLock, locks, locksJson } from "../support/locks-admin.ts";
import { session, withServer } from "../support/server-gate.ts";

withServer();

describe("status", () => {
  test("counts the kind that was asked for, by path or as LogDriver names it; a path that does not exist has none", async () => {
    const ours = await session();
    const hour = "/logdriver/locks/service/7/shop/cart/logs/20261126/23/db";
    await aLock(ours, hour, "ZooKeeperRecipe", "write");
    await aLock(ours, hour, "ZooKeeperRecipe", "read");
    const address = ["--service-path", "/service/7/shop/cart/logs", "--component", "db", "--timestamp"];
    for (const time of ["20261126/23", String(Date.parse("2026-11-26T23:59:59Z")), "2026-11-27T00:30+01:00"])
      expect(await locksJson(["read", "status", ...address, time]), time).toMatchObject({
        mode: "read",
        locks: [{ path: hour, exists: true, held: 0, waiting: 1, nodes: [{ waitsFor: ["write-0000000000"] }] }],
      });
    const { code, out, err } = await locks(["write", "status", hour, "/nowhere/at/all"]);
    expect(code).toBe(0);
    const rows = out.split("\n").map((line) => line.split(/ +/));
    expect(rows).toEqual([
      ["PATH", "DIALECT", "HELD", "WAITING"],
      [hour, "ZooKeeperRecipe", "1", "0"],
      ["/nowhere/at/all", "<none>", "0", "0"],
      [""],
    ]);
    expect(err).toBe("/nowhere/at/all: there is no such node, so nobody locks there\n");
  });

  test.each([
    [["read", "status"], "PATH: is missing"],
    [["read", "status", "/a/"], "must not end with /"],
    [["read", "status", "/a", "--component", "app"], "leave one out"],
    [["read", "status", "--component", "app"], "all three"],
    [["read", "status", "--service-path", "/web", "--timestamp", "20261126/04", "--component", "a"], "/service/<dc>/<service>/logs"],
    [
      ["read", "status", "--service-path", "/service/1/a/logs", "--timestamp", "20261126/24", "--component", "a"],
      "There is no such date or time. An hour is yyyyMMdd",
    ],
    [["read", "status", "/a", "--dialect", "curator"], "Allowed choices"],
    [["read", "status", "/a", "--session-timeout", "0"], "whole seconds"],
    [["read", "status", "/a", "--tls-key", "x"], "--tls-ca: is missing"],
    [["read", "status", "/a", "--auth", "/nowhere"], "cannot be read"],
    [["unlock"], "unknown command 'unlock'"],
  ])("%j exits with 2 and says what is wrong", async (args, message) => {
    const { code, out, err } = await locks(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });

  test("without servers exits with 2, where none answers with 1", async () => {
    expect(await locks(["scan"], { env: { EXCLUSIVE_WINDOW_ZOOKEEPER: "" } })).toMatchObject({
      code: 2,
      err: expect.stringContaining("--zookeeper: is missing"),
    });
    expect(await locks(["scan", "--zookeeper", "127.0.0.1:1"])).toMatchObject({ code: 1, err: expect.stringContaining("ECONNREFUSED") });
  });
});
