// Runs that go well, told: the machine and its report together, on a world of plain facts.
import { describe, expect, test } from "vitest";
import { condition, dueWorld, endJob, next, reasons } from "../../test/support/due-world.ts";
import { aRun, aWindow } from "../../test/support/observed.ts";
import { aWorld } from "../../test/support/world.ts";

describe("a run that goes well", () => {
  test("does its steps in the protocol's order and tells each once", () => {
    const world = dueWorld();
    expect(world.run().situation.at).toBe("Running");
    endJob(world, "complete");
    expect(world.run().situation.at).toBe("Scheduled");
    expect(world.done).toEqual([
      "begin",
      "add finalizer",
      "create Job",
      "name Job",
      "queue",
      "promote",
      "issue token",
      "start Job",
      "let Pod go",
      "record",
      "release",
      "remove Job finalizer",
      "close",
      "remove finalizer",
    ]);
    expect(reasons(world)).toEqual([
      "RunStarted",
      "JobCreated",
      "SignalRaised",
      "DrainCompleted",
      "WriteLockAcquired",
      "JobLetGo",
      "JobStarted",
      "JobSucceeded",
      "SignalCleared",
    ]);
  });

  test("leaves its history, its times and the next slot in status", () => {
    const world = dueWorld();
    world.run();
    world.wait(60);
    endJob(world, "complete");
    world.run();
    const { status } = world.facts.window;
    expect(status.run).toBeUndefined();
    expect(status).toMatchObject({
      lastScheduleTime: aRun.scheduledTime,
      nextScheduleTime: next.scheduledTime,
      lastSuccessfulTime: expect.any(String),
    });
    expect(status.history?.[0]).toMatchObject({ id: aRun.id, result: "Succeeded", fencingToken: "4711", pauseSeconds: 60 });
    expect(Object.keys(status.history?.[0]?.steps ?? {}).sort()).toEqual([
      "drainStartTime",
      "drainedTime",
      "exclusiveTime",
      "jobEndTime",
      "jobStartTime",
      "queuedTime",
      "releaseTime",
      "unsuspendTime",
    ]);
  });

  test("keeps Ready True all the way, with the state as its reason", () => {
    const world = dueWorld();
    world.run();
    expect(condition(world, "Ready")).toMatchObject({ status: "True", reason: "Running" });
    expect(condition(world, "Exclusive")?.status).toBe("True");
    endJob(world, "complete");
    world.run();
    expect(condition(world, "Ready")).toMatchObject({ status: "True", reason: "Scheduled" });
    expect(condition(world, "LastRunSucceeded")?.status).toBe("True");
  });
});

describe("a window that cannot run", () => {
  test("is Stalled when its spec is refused, with an Event that names the field, told once", () => {
    const problem = { reason: "InvalidSchedule", message: 'spec.schedule: "0 0 30 2 *" never matches: no such date exists' };
    const world = aWorld({ acceptance: { kind: "refused", problems: [problem] }, window: aWindow() });
    world.pass();
    expect(world.facts.window.status.conditions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: "Ready", status: "False", ...problem }),
        expect.objectContaining({ type: "Stalled", status: "True" }),
      ]),
    );
    expect(world.events).toEqual([expect.objectContaining({ type: "Warning", reason: problem.reason, note: problem.message })]);
    world.facts = { ...world.facts, acceptance: { kind: "refused", problems: [problem] } };
    world.pass();
    expect(world.events).toHaveLength(1);
  });

  test("runs, and passes on what the API server warns of: in Ready for as long as it holds, as an Event once for each spec", () => {
    const text = "would violate PodSecurity";
    const warnings = [
      { reason: "JobTemplateWarning", message: text, standing: true },
      { reason: "ClockChange", message: "the clock goes forward", standing: false },
    ];
    const world = aWorld({ acceptance: { kind: "accepted", warnings }, window: aWindow() });
    world.pass();
    expect(condition(world, "Ready")).toMatchObject({ status: "True", reason: "Scheduled", message: expect.stringContaining(text) });
    expect(condition(world, "Ready")?.message).not.toContain("clock");
    world.facts = { ...world.facts, acceptance: { kind: "accepted", warnings } };
    world.pass();
    expect(world.events).toEqual([
      expect.objectContaining({ type: "Warning", reason: "JobTemplateWarning", note: text }),
      expect.objectContaining({ type: "Normal", reason: "ClockChange", note: "the clock goes forward" }),
    ]);
  });
});
