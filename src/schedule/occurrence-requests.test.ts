// What starts or holds back runs beside the schedule: a request for a run now, and failures in a row.
import { describe, expect, test } from "vitest";
import { type ScheduleWorld, scheduleWorld } from "../../test/support/schedule-world.ts";
import type { Spec } from "../crds/spec.ts";

/** Answered up to the evening of the 20th. */
function waiting(spec: Partial<Spec> = {}): ScheduleWorld {
  const world = scheduleWorld(spec);
  world.answer("2026-11-20T18:00:00Z");
  return world;
}

describe("a window with pauseAfterFailures", () => {
  function failed(times: number): ScheduleWorld {
    const world = waiting({ schedule: "0 * * * *", pauseAfterFailures: 2 });
    for (let hour = 19; hour < 19 + times; hour++) {
      world.answer(`2026-11-20T${hour}:00:00Z`, true);
      world.end(true);
    }
    return world;
  }

  test("goes on after fewer failures", () => {
    expect(failed(1).ask("2026-11-20T21:00:00Z").kind).toBe("start");
  });

  test("starts no more by itself after so many, and records the slots that it leaves out", () => {
    const world = failed(2);
    expect(world.ask("2026-11-20T20:30:00Z")).toMatchObject({ kind: "nothing", next: undefined, pausedBy: 2 });
    expect(world.answer("2026-11-20T21:00:00Z")).toMatchObject({ kind: "skip", skipped: [{ reason: "PausedAfterFailures", count: 1 }] });
  });

  test("goes on after an edit of the spec, and does not run in the past", () => {
    const world = failed(2);
    world.answer("2026-11-20T21:00:00Z");
    world.generation = 2;
    expect(world.ask("2026-11-20T21:00:01Z")).toMatchObject({ kind: "nothing", next: { scheduledTime: "2026-11-20T22:00:00Z" } });
  });

  test("runs a request all the same, and goes on once that succeeds", () => {
    const world = failed(2);
    world.request = "2026-11-20T20:30:00Z";
    expect(world.answer("2026-11-20T20:30:00Z", true)).toMatchObject({ kind: "start", run: { trigger: "Request" } });
    world.end();
    expect(world.ask("2026-11-20T21:00:00Z")).toMatchObject({ kind: "start", run: { trigger: "Schedule" } });
  });
});

describe("a run request", () => {
  function requested(runRequest: string, spec: Partial<Spec> = {}): ScheduleWorld {
    const world = waiting(spec);
    world.request = runRequest;
    return world;
  }
  const noon = "2026-11-21T12:00:00Z";

  test("runs at once, whatever the schedule says, and while suspended", () => {
    const world = requested("2026-11-20T19:00:00Z", { suspend: true });
    expect(world.answer("2026-11-20T19:00:01Z")).toMatchObject({
      kind: "start",
      run: { trigger: "Request", slot: "2026-11-20T19:00:00Z", scheduledTime: "2026-11-20T19:00:01Z" },
    });
    expect(world.answer("2026-11-20T19:00:02Z").kind).toBe("nothing");
  });

  test("leaves the schedule as it was", () => {
    const world = requested("2026-11-20T19:00:00Z");
    expect(world.answer("2026-11-20T19:00:01Z").next?.scheduledTime).toBe("2026-11-21T02:00:00Z");
    expect(world.answer("2026-11-21T02:00:00Z")).toMatchObject({ kind: "start", run: { trigger: "Schedule" } });
  });

  test("waits while a run is active, the scheduled one that is due goes first, and then it runs once", () => {
    const world = requested(noon);
    world.answer("2026-11-21T02:00:00Z", true);
    expect(world.answer("2026-11-21T02:05:00Z").kind).toBe("nothing");
    world.end();
    expect(world.answer("2026-11-21T02:10:00Z")).toMatchObject({ kind: "start", run: { trigger: "Request" } });
    expect(world.answer("2026-11-21T02:10:01Z").kind).toBe("nothing");
    expect(world.runs).toHaveLength(2);
  });

  test("too long for status is refused once, by what status can hold of it", () => {
    const long = `2026-11-21T12:00:00.${"0".repeat(100)}Z`;
    const world = requested(long);
    expect(world.answer("2026-11-20T19:00:00Z")).toMatchObject({ kind: "skip", request: long.slice(0, 64) });
    expect(world.answer("2026-11-20T19:00:01Z").kind).toBe("nothing");
  });

  test("that is no time is refused, and answered", () => {
    expect(requested("now").ask("2026-11-20T19:00:00Z")).toMatchObject({
      kind: "skip",
      request: "now",
      skipped: [{ reason: "InvalidRunRequest", message: expect.stringContaining('"now"') }],
    });
  });
});
