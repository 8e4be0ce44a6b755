// Which lock paths a dataset has. The rows about hours are those of LogDriver's own test of its getHoursForTimeRange.
import { expect, test } from "vitest";
import { type DataHour, type Dataset, datasetPaths, logdriverLayout, logdriverPath } from "./dataset-paths.ts";

const hour = 3_600_000;
const dataset = (more: Partial<Dataset> = {}): Dataset => ({
  servicePath: "/service/99/shop/cart/logs",
  component: "app",
  from: Date.UTC(2026, 10, 26, 23, 30),
  to: Date.UTC(2026, 10, 27, 1),
  ...more,
});

function pathsOf(more: Partial<Dataset>, layout?: string): readonly string[] {
  const named = datasetPaths(dataset(more), layout);
  return named.kind === "paths" ? named.paths : expect.fail(`${named.field}: ${named.message}`);
}

test("every hour that the range touches has a path as LogDriver's, over midnight and with slashes in the service", () => {
  expect(pathsOf({})).toEqual([
    "/logdriver/locks/service/99/shop/cart/logs/20261126/23/app",
    "/logdriver/locks/service/99/shop/cart/logs/20261127/00/app",
  ]);
});

test.each([
  [0, 0, 1],
  [0, 1, 1],
  [0, hour, 1],
  [0, hour + 1, 2],
  [0, 2 * hour, 2],
  [0, 2 * hour + 1, 3],
  [1, hour / 2, 1],
  [1, hour, 1],
  [1, hour + 1, 2],
  [1, 2 * hour, 2],
  [1, 2 * hour + 1, 3],
  [hour / 2, hour / 2, 1],
  [hour / 2, hour, 1],
  [hour / 2, hour + 1, 2],
  [hour / 2, 2 * hour, 2],
  [hour / 2, 2 * hour + 1, 3],
  [hour - 1, hour, 1],
  [0, 256 * hour, 256],
])("from %i to %i are %i hours", (from, to, count) => {
  expect(pathsOf({ from, to })).toHaveLength(count);
});

test("another layout takes what it needs of each hour", () => {
  expect(pathsOf({ servicePath: "/web", component: "c1" }, "/d{servicePath}/{yyyy}-{MM}-{dd}T{hour}.{component}")).toEqual([
    "/d/web/2026-11-26T23.c1",
    "/d/web/2026-11-27T00.c1",
  ]);
});

test.each<readonly [string, Partial<Dataset>, string | undefined, string]>([
  ["servicePath", { servicePath: "/service/a/b/logs" }, undefined, "<dc> is a number"],
  ["servicePath", { servicePath: "web" }, "/d{servicePath}/{date}/{hour}/{component}/x", "not absolute"],
  ["component", { component: "a/b" }, undefined, "holds a slash"],
  ["component", { component: "" }, undefined, "holds a slash, or nothing"],
  ["from", { from: 0.5 }, undefined, "is no instant"],
  ["to", { to: Number.MAX_VALUE }, undefined, "is no instant"],
  ["to", { to: 0 }, undefined, "1970-01-01T00:00:00.000Z is before the beginning, 2026-11-26T23:30:00.000Z"],
  ["to", { from: 0, to: 256 * hour + 1 }, undefined, "are 257 hours: at most 256"],
  ["layout", { component: "a b" }, undefined, 'the segment "a b"'],
  ["layout", {}, "/d{servicePath}/{date}/{component}", "must have {servicePath}, {component} and {hour}"],
  ["layout", {}, "/d{servicePath}/{yyyy}{dd}/{hour}/{component}", "must have {date}, or"],
  ["layout", {}, `${logdriverLayout}{day}`, "{day} is unknown"],
])("%s is named where it is wrong: %j", (field, more, layout, message) => {
  expect(datasetPaths(dataset(more), layout)).toEqual({ kind: "problem", field, message: expect.stringContaining(message) });
});

test("what is put into a layout is no layout", () => {
  const names = { servicePath: "/service/1/{component}/logs", component: "{date}", at: Date.UTC(2026, 10, 26, 4) };
  expect(logdriverPath("/", names)).toEqual({ kind: "path", path: "/service/1/{component}/logs/20261126/04/{date}" });
});

const address: DataHour = { servicePath: "/service/99/web/logs", component: "app", at: Date.UTC(2026, 10, 26, 4) };

test.each<readonly [string, Partial<DataHour>, string]>([
  ["/logdriver/locks", {}, "/logdriver/locks/service/99/web/logs/20261126/04/app"],
  ["/logdriver/locks", { servicePath: "/service/1/shop/cart/logs" }, "/logdriver/locks/service/1/shop/cart/logs/20261126/04/app"],
  ["/logdriver/locks", { at: Date.parse("2026-03-29T00:59:59.999Z") }, "/logdriver/locks/service/99/web/logs/20260329/00/app"],
  ["/logdriver/locks", { at: Date.parse("2026-03-29T01:00:00+02:00") }, "/logdriver/locks/service/99/web/logs/20260328/23/app"],
  ["/logdriver/locks", { component: "a b" }, "/logdriver/locks/service/99/web/logs/20261126/04/a b"],
  ["/", {}, "/service/99/web/logs/20261126/04/app"],
  ["/other", {}, "/other/service/99/web/logs/20261126/04/app"],
])("LogDriver's lock of one hour below %s, %j, is %s", (root, more, path) => {
  expect(logdriverPath(root, { ...address, ...more })).toEqual({ kind: "path", path });
});

test.each<readonly [keyof DataHour, string]>([
  ["servicePath", "service/99/web/logs"],
  ["servicePath", "/service/dc/web/logs"],
  ["servicePath", "/service/99/logs"],
  ["servicePath", "/service/99//logs"],
  ["servicePath", "/service/99/web/logs/"],
  ["component", ""],
  ["component", "a/b"],
])("of one hour too, %s %j is refused", (field, value) => {
  expect(logdriverPath("/", { ...address, [field]: value })).toMatchObject({ kind: "problem", field });
});
