import { describe, expect, test } from "vitest";
import { type ScheduleWorld, scheduleWorld } from "../../test/support/schedule-world.ts";
import type { Spec } from "../crds/spec.ts";

/** Answered up to the evening of the 20th; every hour, with two hours to start in. */
function hourly(spec: Partial<Spec> = {}): ScheduleWorld {
  const world = scheduleWorld({ schedule: "0 * * * *", startingDeadlineSeconds: 7200, ...spec });
  world.answer("2026-11-20T18:00:00Z");
  world.skips.clear();
  return world;
}

function keptWaiting(world: ScheduleWorld, since: string, scheduledTime = since): void {
  const slot = `${scheduledTime.slice(0, 16)}+00:00`;
  world.status = { ...world.status, waitingRun: { trigger: "Schedule", slot, since, scheduledTime, reason: "ParticipantsNotReady" } };
}

describe("a run that was kept waiting for its participants", () => {
  test("is skipped for that once it is too late, and not as one that nobody saw", () => {
    const world = scheduleWorld();
    world.answer("2026-11-21T01:00:00Z");
    keptWaiting(world, "2026-11-21T02:00:00Z");
    expect(world.ask("2026-11-21T03:00:00Z").kind).toBe("start");
    expect(world.answer("2026-11-21T03:00:00.001Z")).toMatchObject({
      kind: "skip",
      skipped: [
        {
          reason: "ParticipantsNotReady",
          count: 1,
          scheduledTime: "2026-11-21T02:00:00Z",
          message: expect.stringMatching(/startingDeadlineSeconds \(3600\).*ParticipantsReady/),
        },
      ],
    });
    expect(world.answer("2026-11-21T03:00:01Z").kind).toBe("nothing");
  });

  test("is told apart from those before it and after it that nobody saw in time", () => {
    const world = hourly();
    keptWaiting(world, "2026-11-20T21:00:00Z", "2026-11-20T22:00:00Z");
    world.answer("2026-11-21T12:30:00Z");
    // 19 and 20 o'clock before, 21 and 22 that waited, 23 to 10 o'clock after; 11 o'clock gives way to 12 o'clock, which runs.
    expect([...world.skips]).toEqual([
      ["TooLate", 2 + 12],
      ["ParticipantsNotReady", 2],
      ["Superseded", 1],
    ]);
    expect(world.runs.at(-1)?.slot).toBe("2026-11-21T12:00+00:00");
  });

  test("gives way to a later one like any other, as long as it is not too late", () => {
    const world = hourly();
    keptWaiting(world, "2026-11-20T19:00:00Z");
    expect(world.answer("2026-11-20T20:30:00Z")).toMatchObject({ kind: "start", run: { slot: "2026-11-20T20:00+00:00" } });
    expect([...world.skips]).toEqual([["Superseded", 1]]);
  });

  test.each([
    ["no times", "", ""],
    ["times that are none", "soon", "later"],
  ])("whose record has %s is skipped as too late", (_, since, scheduledTime) => {
    const world = hourly();
    keptWaiting(world, since, scheduledTime);
    world.answer("2026-11-20T22:30:00Z");
    expect([...world.skips]).toEqual([
      ["TooLate", 2],
      ["Superseded", 1],
    ]);
  });
});

describe("a requested run that was kept waiting", () => {
  const request = "2026-11-20T18:00:05Z";
  const asked = () => {
    const world = hourly({ schedule: "0 2 1 1 *" });
    world.request = request;
    world.status = {
      ...world.status,
      waitingRun: {
        trigger: "Request",
        slot: request,
        since: "2026-11-20T18:00:10Z",
        scheduledTime: request,
        reason: "ParticipantsNotReady",
      },
    };
    return world;
  };

  test("starts as long as its wait is no longer than the starting deadline", () => {
    expect(asked().answer("2026-11-20T20:00:10Z")).toMatchObject({ kind: "start", run: { trigger: "Request", slot: request } });
  });

  test("is answered as skipped after that, and not asked about again", () => {
    const world = asked();
    expect(world.answer("2026-11-20T20:00:10.001Z")).toMatchObject({
      kind: "skip",
      request,
      skipped: [{ reason: "ParticipantsNotReady", count: 1, message: expect.stringContaining(request) }],
    });
    expect(world.answer("2026-11-20T20:00:11Z").kind).toBe("nothing");
  });

  test("says nothing of another request", () => {
    const world = asked();
    world.request = "2026-11-20T19:00:00Z";
    expect(world.answer("2026-11-20T23:00:00Z")).toMatchObject({ kind: "start", run: { slot: "2026-11-20T19:00:00Z" } });
  });
});
