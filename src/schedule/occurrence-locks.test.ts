// Which locks a run begins with: those of the time that it is due at, whenever it is taken up.
import { describe, expect, test } from "vitest";
import { at } from "../../test/support/observed.ts";
import { scheduleWorld } from "../../test/support/schedule-world.ts";
import type { Nominal } from "./lock-hours.ts";

const hourly = ({ at: due, leftOut = 0 }: Nominal) => [{ path: `/due/${due}`, signalPath: leftOut === 0 ? "" : `/left-out/${leftOut}` }];

describe("a run begins with the locks", () => {
  test("of the time that it is due at, although it starts later", () => {
    const world = scheduleWorld({ schedule: "0 2 * * *", timeZone: "UTC" }, "2026-11-20T12:00:00Z", hourly);
    world.answer("2026-11-21T02:37:12Z");
    expect(world.runs[0]?.locks).toEqual([{ path: `/due/${at("2026-11-21T02:00:00Z")}`, signalPath: "" }]);
  });

  test("of the local time that a clock change left out", () => {
    const world = scheduleWorld({ schedule: "30 2 * * *", timeZone: "Europe/Copenhagen" }, "2026-03-28T12:00:00Z", hourly);
    world.answer("2026-03-29T01:00:00Z");
    const local = Date.UTC(2026, 2, 29, 2, 30);
    expect(world.runs[0]?.locks).toEqual([{ path: `/due/${at("2026-03-29T01:00:00Z")}`, signalPath: `/left-out/${local}` }]);
  });

  test("of the moment, where it was requested", () => {
    const world = scheduleWorld({ schedule: "0 2 * * *", timeZone: "UTC" }, "2026-11-20T12:00:00Z", hourly);
    world.request = "2026-11-20T18:00:00Z";
    world.answer("2026-11-20T19:05:00Z");
    expect(world.runs[0]?.locks).toEqual([{ path: `/due/${at("2026-11-20T19:05:00Z")}`, signalPath: "" }]);
  });
});
