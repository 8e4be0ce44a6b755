import { describe, expect, test } from "vitest";
import { at } from "../../test/support/observed.ts";
import { type ScheduleWorld, scheduleWorld } from "../../test/support/schedule-world.ts";
import type { Spec } from "../crds/spec.ts";

/** Answered up to the evening of the 20th. */
function waiting(spec: Partial<Spec> = {}): ScheduleWorld {
  const world = scheduleWorld(spec);
  world.answer("2026-11-20T18:00:00Z");
  world.skips.clear();
  return world;
}

describe("a window", () => {
  test("is not due before its next slot, and says when that is", () => {
    expect(waiting().ask("2026-11-21T01:59:59Z")).toMatchObject({
      kind: "nothing",
      next: { at: at("2026-11-21T02:00:00Z"), scheduledTime: "2026-11-21T02:00:00Z" },
      wakeAt: at("2026-11-21T02:00:00Z"),
    });
  });

  test("is due at its next slot, and its run is named after the slot and not after the clock", () => {
    const early = waiting().ask("2026-11-21T02:00:00Z");
    const late = waiting().ask("2026-11-21T02:30:00Z");
    expect(early).toMatchObject({
      kind: "start",
      run: { slot: "2026-11-21T02:00", jobName: "nightly-20261121-0200", deadlineTime: "2026-11-21T06:00:00Z", generation: 1 },
    });
    expect(late.kind === "start" && late.run.id).toBe(early.kind === "start" && early.run.id);
  });

  test("keeps what it waits for while its run cannot begin: the answer is the same until it is carried out", () => {
    const world = waiting();
    const due = world.ask("2026-11-21T02:00:01Z");
    world.status = { answered: due.kept.before };
    expect(world.ask("2026-11-21T02:40:00Z")).toMatchObject({ kind: "start", run: { slot: "2026-11-21T02:00" } });
  });

  test("that was made while no controller ran is due for what fell due since", () => {
    expect(scheduleWorld().ask("2026-11-21T02:30:00Z")).toMatchObject({ kind: "start", run: { slot: "2026-11-21T02:00" } });
  });

  test("is not due for a slot before it was made", () => {
    expect(scheduleWorld({}, "2026-11-21T02:00:30Z").ask("2026-11-21T02:00:31Z").kind).toBe("nothing");
  });
});

describe("slots that went by", () => {
  test("run only once, the latest of them; those too late and those that give way are counted apart", () => {
    const world = waiting({ schedule: "*/10 * * * *", startingDeadlineSeconds: 1800 });
    const due = world.answer("2026-11-20T20:05:00Z");
    expect(due).toMatchObject({ kind: "start", run: { slot: "2026-11-20T20:00+00:00" }, next: { scheduledTime: "2026-11-20T20:10:00Z" } });
    // 18:10 to 19:30 is nine slots, 19:40 and 19:50 were not too late.
    expect([...world.skips]).toEqual([
      ["TooLate", 9],
      ["Superseded", 2],
    ]);
    expect(world.answer("2026-11-20T20:05:01Z").kind).toBe("nothing");
  });

  test("are skipped when even the latest is later than the starting deadline", () => {
    const world = waiting();
    expect(world.answer("2026-11-23T03:00:01Z")).toMatchObject({
      kind: "skip",
      skipped: [{ reason: "TooLate", count: 3, scheduledTime: "2026-11-23T02:00:00Z", message: expect.stringMatching(/3 runs, due from/) }],
      next: { scheduledTime: "2026-11-24T02:00:00Z" },
    });
    expect(world.answer("2026-11-23T03:00:02Z").kind).toBe("nothing");
  });

  test("are counted up to a cap, and said to be at least so many", () => {
    const world = waiting({ schedule: "* * * * *", startingDeadlineSeconds: 0 });
    expect(world.answer("2027-11-20T20:00:30Z")).toMatchObject({
      kind: "skip",
      skipped: [{ reason: "TooLate", count: 1000, message: expect.stringMatching(/^at least 1000 runs/) }],
      next: { scheduledTime: "2027-11-20T20:01:00Z" },
    });
  });

  test("while a run is active are skipped as they come", () => {
    const world = waiting({ schedule: "0 * * * *" });
    world.answer("2026-11-20T19:00:00Z", true);
    expect(world.ask("2026-11-20T19:30:00Z")).toMatchObject({ kind: "nothing", wakeAt: at("2026-11-20T20:00:00Z") });
    expect(world.answer("2026-11-20T20:00:00Z")).toMatchObject({ kind: "skip", skipped: [{ reason: "RunActive", count: 1 }] });
    world.end();
    expect(world.answer("2026-11-20T20:00:01Z")).toMatchObject({ kind: "nothing", next: { scheduledTime: "2026-11-20T21:00:00Z" } });
  });
});

describe("an edit", () => {
  test.each([
    { field: "schedule", spec: { schedule: "0 3 * * *" } },
    { field: "timeZone", spec: { timeZone: "Europe/Copenhagen" } },
  ])("of the $field never runs in the past", ({ spec }) => {
    const world = waiting({ startingDeadlineSeconds: 86_400 });
    world.answer("2026-11-21T02:00:00Z");
    world.spec = { ...world.spec, ...spec };
    expect(world.answer("2026-11-21T04:00:00Z").kind).toBe("nothing");
    expect(world.answer("2026-11-22T03:30:00Z")).toMatchObject({ kind: "start", run: { startTime: "2026-11-22T03:30:00Z" } });
  });

  test("before anything was answered never runs in the past either", () => {
    const world = scheduleWorld({ schedule: "0 0 1 1 *" });
    world.answer("2026-11-20T12:00:01Z");
    world.spec = { ...world.spec, schedule: "0 13 * * *" };
    expect(world.answer("2026-11-20T13:30:00Z")).toMatchObject({ kind: "nothing", next: { scheduledTime: "2026-11-21T13:00:00Z" } });
  });

  test("of another field leaves a slot that waits as it is", () => {
    const world = waiting();
    world.spec = { ...world.spec, drainTimeoutSeconds: 7 };
    expect(world.ask("2026-11-21T02:10:00Z").kind).toBe("start");
  });
});

describe("a suspended window", () => {
  const suspended = () => waiting({ suspend: true });

  test("has no next run, and looks again when a slot of it becomes too late", () => {
    expect(suspended().ask("2026-11-21T02:30:00Z")).toMatchObject({
      kind: "nothing",
      next: undefined,
      wakeAt: at("2026-11-21T03:00:00.001Z"),
    });
  });

  test("records a slot as skipped once it is too late for it", () => {
    const world = suspended();
    expect(world.answer("2026-11-21T03:00:00.001Z")).toMatchObject({ kind: "skip", skipped: [{ reason: "Suspended", count: 1 }] });
    expect(world.answer("2026-11-21T03:00:01Z").kind).toBe("nothing");
  });

  test("that is resumed runs the latest missed slot if it is within its deadline", () => {
    const world = suspended();
    world.answer("2026-11-21T02:10:00Z");
    world.spec = { ...world.spec, suspend: false };
    expect(world.answer("2026-11-21T02:30:00Z")).toMatchObject({ kind: "start", run: { slot: "2026-11-21T02:00" } });
  });

  test("that is resumed does not run a missed slot outside its deadline", () => {
    const world = suspended();
    world.answer("2026-11-21T03:30:00Z");
    world.spec = { ...world.spec, suspend: false };
    expect(world.answer("2026-11-21T03:31:00Z")).toMatchObject({ kind: "nothing", next: { scheduledTime: "2026-11-22T02:00:00Z" } });
  });

  test("that is suspended and resumed after its slot ran does not run it again", () => {
    const world = waiting();
    world.answer("2026-11-21T02:00:00Z");
    world.spec = { ...world.spec, suspend: true };
    world.answer("2026-11-21T02:10:00Z");
    world.spec = { ...world.spec, suspend: false };
    expect(world.answer("2026-11-21T02:20:00Z").kind).toBe("nothing");
  });
});
