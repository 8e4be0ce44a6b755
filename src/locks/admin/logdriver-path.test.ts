import { describe, expect, test } from "vitest";
import { logdriverPath } from "./logdriver-path.ts";

const address = { root: "/logdriver/locks", servicePath: "/service/99/web/logs", timestamp: "20261126/04", component: "app" };

describe("LogDriver's address of a lock", () => {
  test.each([
    [{}, "/logdriver/locks/service/99/web/logs/20261126/04/app"],
    [{ servicePath: "/service/1/shop/cart/logs" }, "/logdriver/locks/service/1/shop/cart/logs/20261126/04/app"],
    [{ timestamp: Date.parse("2026-03-29T00:59:59.999Z") }, "/logdriver/locks/service/99/web/logs/20260329/00/app"],
    [{ timestamp: Date.parse("2026-03-29T01:00:00+02:00") }, "/logdriver/locks/service/99/web/logs/20260328/23/app"],
    [{ root: "/" }, "/service/99/web/logs/20261126/04/app"],
    [{ root: "/other" }, "/other/service/99/web/logs/20261126/04/app"],
  ])("with %j is %s", (given, path) => {
    expect(logdriverPath({ ...address, ...given })).toEqual({ kind: "path", path });
  });

  test.each([
    [{ servicePath: "service/99/web/logs" }, "--service-path"],
    [{ servicePath: "/service/dc/web/logs" }, "--service-path"],
    [{ servicePath: "/service/99/logs" }, "--service-path"],
    [{ servicePath: "/service/99//logs" }, "--service-path"],
    [{ servicePath: "/service/99/web/logs/" }, "--service-path"],
    [{ timestamp: "20261126/24" }, "--timestamp"],
    [{ timestamp: "20260230/04" }, "--timestamp"],
    [{ timestamp: "2026-11-26" }, "--timestamp"],
    [{ component: "" }, "--component"],
    [{ component: "a/b" }, "--component"],
  ])("with %j is refused by its name", (given, option) => {
    expect(logdriverPath({ ...address, ...given })).toMatchObject({ kind: "problem", message: expect.stringContaining(option) });
  });
});
