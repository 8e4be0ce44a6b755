// Slots that do not run, and runs that fail in a row, told: counted, said once, and never lost.
import { describe, expect, test } from "vitest";
import { condition, dueWorld, endJob, next, reasons } from "../../test/support/due-world.ts";
import { aSpec, aWindow, locks, nothingIsDue, queuedLock } from "../../test/support/observed.ts";
import { aWorld, type World } from "../../test/support/world.ts";
import type { Due } from "../schedule/occurrence.ts";
import type { Skip } from "../schedule/skip.ts";

const after = { schedule: "0 2 * * * UTC", until: "2026-11-24T02:00:00Z", slot: "2026-11-24T02:00" };
const late: Skip = { reason: "TooLate", count: 9, scheduledTime: "2026-11-23T01:00:00Z", message: "9 runs, due …: seen too late" };
const gaveWay: Skip = {
  reason: "Superseded",
  count: 2,
  scheduledTime: "2026-11-23T01:50:00Z",
  message: "2 runs, due …: a later run was due",
};

function answeredWith(skipped: readonly Skip[], rest: Partial<Due> = {}): Due {
  return { ...nothingIsDue, kept: { before: nothingIsDue.kept.before, after }, ...rest, kind: "skip", skipped, request: undefined };
}

function skipping(due: Due): World {
  return aWorld({ due, window: aWindow({ status: { skipped: [{ reason: "TooLate", count: 1 }] } }) });
}

describe("slots that do not run", () => {
  test("are counted by reason in the very write that answers them, and each group is told once", () => {
    const world = skipping(answeredWith([late, gaveWay]));
    world.pass();
    const { status } = world.facts.window;
    expect(status).toMatchObject({ answered: after, lastSkip: { reason: "Superseded", scheduledTime: gaveWay.scheduledTime } });
    expect(status.skipped).toEqual([
      { reason: "Superseded", count: 2 },
      { reason: "TooLate", count: 10 },
    ]);
    expect(world.events.map(({ reason, type, note }) => [reason, type, note])).toEqual([
      ["RunSkipped", "Warning", expect.stringContaining("TooLate")],
      ["RunSkipped", "Warning", expect.stringContaining("Superseded")],
    ]);
  });

  test("because the window is suspended are no cause for alarm", () => {
    const world = skipping(answeredWith([{ ...late, reason: "Suspended" }]));
    world.pass();
    expect(world.events).toEqual([expect.objectContaining({ type: "Normal", reason: "RunSkipped" })]);
  });

  test("are not answered while the run that replaces them cannot begin", () => {
    const world = dueWorld();
    const { due } = world.facts;
    const problems = [{ reason: "ZooKeeperUnavailable", message: "no answer" }];
    const waiting: Due = due.kind === "start" ? { ...due, skipped: [late], kept: { ...due.kept, after } } : due;
    world.facts = { ...world.facts, due: waiting, acceptance: { kind: "hindered", problems } };
    world.pass();
    expect(world.facts.window.status).toMatchObject({ answered: nothingIsDue.kept.before });
    expect(world.facts.window.status.skipped).toBeUndefined();
    expect(reasons(world)).not.toContain("RunSkipped");
  });

  test("fell due while the spec was refused: what comes after its repair begins anew", () => {
    const problem = { reason: "InvalidJobTemplate", message: "spec.jobTemplate: no containers" };
    const world = skipping(answeredWith([late]));
    world.facts = { ...world.facts, acceptance: { kind: "refused", problems: [problem] } };
    world.pass();
    expect(world.facts.window.status.answered).toMatchObject({ schedule: "" });
    expect(world.facts.window.status.nextScheduleTime).toBeUndefined();
  });
});

describe("a run that a clock change moved", () => {
  test("says so in an Event", () => {
    const world = dueWorld();
    const { due } = world.facts;
    world.facts = { ...world.facts, due: due.kind === "start" ? { ...due, moved: "a clock change leaves out 02:30" } : due };
    world.run();
    expect(world.events).toContainEqual(expect.objectContaining({ reason: "DSTShifted", note: "a clock change leaves out 02:30" }));
  });
});

describe("a reader that vanished without releasing", () => {
  const vanished = ["10.0.0.9"];

  test("is given its grace, is named in status and condition, and told once", () => {
    const world = dueWorld();
    world.run("queue");
    world.facts = { ...world.facts, locks: locks("queued", { ...queuedLock, vanished }) };
    world.pass();
    world.wait(29);
    expect(world.run().situation).toMatchObject({ at: "In grace", vanished });
    expect(world.facts.window.status.run?.vanished).toEqual(vanished);
    expect(condition(world, "Draining")).toMatchObject({ reason: "InGrace", message: expect.stringContaining("10.0.0.9") });
    expect(reasons(world).filter((reason) => reason === "ReadersVanished")).toHaveLength(1);
    world.wait(1);
    expect(world.run("promote").action.do).toBe("promote");
  });
});

describe("runs that fail in a row", () => {
  function ended(phase: "complete" | "failed", before: number, generation = 1): World {
    const world = dueWorld();
    const spec = { ...aSpec, pauseAfterFailures: 2 };
    world.facts = { ...world.facts, window: aWindow({ spec, status: { failures: { count: before, generation: 1 } } }) };
    world.run();
    world.facts = { ...world.facts, window: { ...world.facts.window, generation } };
    endJob(world, phase);
    world.run();
    return world;
  }

  test("are counted, and one that succeeds ends the row", () => {
    expect(ended("failed", 1).facts.window.status.failures).toEqual({ count: 2, generation: 1 });
    expect(ended("complete", 1).facts.window.status.failures).toEqual({ count: 0, generation: 1 });
  });

  test("do not count against a spec that was edited meanwhile", () => {
    expect(ended("failed", 1, 2).facts.window.status.failures).toEqual({ count: 0, generation: 2 });
  });

  test("do not count when a person ended the run", () => {
    const world = dueWorld();
    world.facts = { ...world.facts, window: aWindow({ status: { failures: { count: 1, generation: 1 } } }) };
    world.run("queue");
    world.facts = { ...world.facts, job: { kind: "absent" } };
    world.run();
    expect(world.facts.window.status).toMatchObject({ history: [{ result: "Cancelled" }], failures: { count: 1 } });
  });

  test("pause the schedule: a condition, Ready's reason, and one Event", () => {
    const world = ended("failed", 1);
    world.facts = { ...world.facts, due: { ...nothingIsDue, pausedBy: 2, next: undefined } };
    world.pass();
    world.pass();
    expect(condition(world, "Paused")).toMatchObject({
      status: "True",
      reason: "FailuresInARow",
      message: expect.stringMatching(/^2 runs/),
    });
    expect(condition(world, "Ready")).toMatchObject({ status: "True", reason: "Paused" });
    expect(reasons(world).filter((reason) => reason === "PausedAfterFailures")).toHaveLength(1);
    world.facts = { ...world.facts, due: { ...nothingIsDue, next } };
    world.pass();
    expect(condition(world, "Paused")?.status).toBe("False");
  });
});
