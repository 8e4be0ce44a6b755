// Whole runs, told: the machine and its report together, on a world of plain facts.
import { describe, expect, test } from "vitest";
import { aJob, aPod, aRun, aSpec, aWindow, locks, now, queuedLock } from "../../test/support/observed.ts";
import { aWorld, type World } from "../../test/support/world.ts";

const { steps: _steps, ...newRun } = { ...aRun, deadlineTime: new Date(now + 3_600_000).toISOString() };
const next = { at: now + 1, scheduledTime: "2026-11-24T02:00:00Z" };

function dueWorld(): World {
  return aWorld({ due: { kind: "start", run: newRun, next } });
}

function endJob(world: World, phase: "complete" | "failed"): void {
  world.facts = { ...world.facts, job: aJob({ phase, token: "4711", message: phase === "failed" ? "BackoffLimitExceeded" : "" }) };
  world.setPods(aPod({ phase: "ended", started: true }));
}

const reasons = (world: World) => world.events.map(({ reason }) => reason);
const readyReason = (world: World) => world.facts.window.status.conditions?.find(({ type }) => type === "Ready");

describe("a run that goes well", () => {
  test("does its steps in the protocol's order and tells each once", () => {
    const world = dueWorld();
    expect(world.run().situation.at).toBe("Running");
    endJob(world, "complete");
    expect(world.run().situation.at).toBe("Scheduled");
    expect(world.done).toEqual([
      "begin", "add finalizer", "create Job", "name Job", "queue", "promote", "issue token", "start Job", "let Pod go",
      "record", "release", "remove Job finalizer", "close", "remove finalizer",
    ]);
    expect(reasons(world)).toEqual([
      "RunStarted", "JobCreated", "SignalRaised", "DrainCompleted", "WriteLockAcquired", "JobLetGo", "JobStarted", "JobSucceeded", "SignalCleared",
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
    expect(status).toMatchObject({ lastScheduleTime: aRun.scheduledTime, nextScheduleTime: next.scheduledTime, lastSuccessfulTime: expect.any(String) });
    expect(status.history?.[0]).toMatchObject({ id: aRun.id, result: "Succeeded", fencingToken: "4711", pauseSeconds: 60 });
    expect(Object.keys(status.history?.[0]?.steps ?? {}).sort()).toEqual([
      "drainStartTime", "drainedTime", "exclusiveTime", "jobEndTime", "jobStartTime", "queuedTime", "releaseTime", "unsuspendTime",
    ]);
  });

  test("keeps Ready True all the way, with the state as its reason", () => {
    const world = dueWorld();
    world.run();
    expect(readyReason(world)).toMatchObject({ status: "True", reason: "Running" });
    expect(world.facts.window.status.conditions?.find(({ type }) => type === "Exclusive")?.status).toBe("True");
    endJob(world, "complete");
    world.run();
    expect(readyReason(world)).toMatchObject({ status: "True", reason: "Scheduled" });
    expect(world.facts.window.status.conditions?.find(({ type }) => type === "LastRunSucceeded")?.status).toBe("True");
  });
});

describe("a run that goes wrong", () => {
  test("a failed Job is recorded and everything is released", () => {
    const world = dueWorld();
    world.run();
    endJob(world, "failed");
    world.run();
    expect(world.facts.window.status.history?.[0]).toMatchObject({ result: "Failed", message: "BackoffLimitExceeded" });
    expect(world.done).toContain("release");
  });

  test("a reader that stays makes the drain time out: written down, Job stopped, then released, with the reader's name", () => {
    const world = dueWorld();
    world.run("queue");
    world.facts = { ...world.facts, locks: locks("queued", { ...queuedLock, ahead: 1, holders: ["read lock of 10.0.0.9"] }) };
    expect(world.run().situation.at).toBe("Draining");
    world.wait(aSpec.drainTimeoutSeconds);
    world.run();
    expect(world.done.slice(world.done.indexOf("give up"))).toEqual(["give up", "stop Job", "record", "release", "remove Job finalizer", "close", "remove finalizer"]);
    expect(world.facts.window.status.history?.[0]).toMatchObject({ result: "DrainTimedOut", message: expect.stringContaining("10.0.0.9") });
    expect(reasons(world)).toContain("DrainTimedOut");
  });

  test("while another window is ahead the drain's clock does not run", () => {
    const world = dueWorld();
    world.run("queue");
    world.facts = { ...world.facts, locks: locks("queued", { ...queuedLock, ahead: 1, writerAhead: true, holders: ["write lock of orders/other"] }) };
    world.run();
    world.wait(aSpec.drainTimeoutSeconds * 2);
    expect(world.run().situation.at).toBe("Draining");
    expect(readyReason(world)?.reason).toBe("Queued");
  });

  test("a Job that never starts is given up after its start timeout", () => {
    const world = dueWorld();
    world.run("let Pod go");
    world.setPods(aPod({ phase: "waiting", message: "ImagePullBackOff" }));
    world.run();
    world.wait(aSpec.jobStartTimeoutSeconds);
    world.run("stop Job");
    world.setPods();
    world.run();
    expect(world.facts.window.status.history?.[0]).toMatchObject({ result: "JobNotStarted", message: expect.stringContaining("ImagePullBackOff") });
  });

  test("a place in the queue that is lost is taken anew, and the drain's clock with it", () => {
    const world = dueWorld();
    world.run("queue");
    world.facts = { ...world.facts, locks: locks("queued", { ...queuedLock, ahead: 1 }) };
    world.run();
    world.wait(aSpec.drainTimeoutSeconds - 1);
    world.facts = { ...world.facts, locks: locks("absent") };
    expect(world.run("queue").action.do).toBe("queue");
    world.facts = { ...world.facts, locks: locks("queued", { ...queuedLock, ahead: 1 }) };
    world.run();
    world.wait(2);
    expect(world.run().situation.at).toBe("Draining");
  });

  test("deleting the Job before it is let go cancels the run; afterwards it is told as lost", () => {
    const cancelled = dueWorld();
    cancelled.run("queue");
    cancelled.facts = { ...cancelled.facts, job: { kind: "absent" } };
    cancelled.run();
    expect(cancelled.facts.window.status.history?.[0]?.result).toBe("Cancelled");
    const lost = dueWorld();
    lost.run();
    lost.facts = { ...lost.facts, job: aJob({ phase: "active", token: "4711", deleting: "background" }) };
    lost.run("stop Job");
    expect(lost.run().situation.at).toBe("Stopping");
    lost.setPods();
    lost.run();
    expect(lost.facts.window.status.history?.[0]?.result).toBe("JobDeleted");
  });

  test("a window that is deleted lets go of its finalizer last", () => {
    const world = dueWorld();
    world.run();
    world.facts = { ...world.facts, window: { ...world.facts.window, deleting: true } };
    world.run("stop Job");
    world.setPods();
    world.run();
    expect(world.done.slice(-4)).toEqual(["release", "remove Job finalizer", "close", "remove finalizer"]);
    expect(world.facts.window.status.history?.[0]?.result).toBe("WindowDeleted");
  });

  test("locks are abandoned only by the run's id, while the window is deleted and ZooKeeper cannot be read", () => {
    const world = dueWorld();
    world.run();
    world.facts = { ...world.facts, locks: { kind: "unknown", why: "no answer" }, window: { ...world.facts.window, deleting: true } };
    world.run("stop Job");
    world.setPods();
    expect(world.run().situation).toMatchObject({ at: "Blind", of: "ZooKeeper" });
    world.facts = { ...world.facts, window: { ...world.facts.window, abandon: aRun.id } };
    world.run();
    expect(world.facts.window.held).toBe(false);
    expect(reasons(world)).toContain("LocksAbandoned");
  });

  test("a slot that comes while the run is active is skipped, and that is said", () => {
    const world = dueWorld();
    world.run();
    endJob(world, "complete");
    const second = { ...newRun, id: "run-2", scheduledTime: "2026-11-23T03:00:00Z" };
    world.facts = { ...world.facts, due: { kind: "start", run: second, next } };
    world.run("close");
    expect(world.facts.window.status.lastSkip).toMatchObject({ reason: "RunActive", scheduledTime: second.scheduledTime });
    expect(reasons(world)).toContain("RunSkipped");
  });
});

describe("a window that cannot run", () => {
  test("is Stalled when its spec is refused, with an Event that names the field, told once", () => {
    const problem = { reason: "InvalidSchedule", message: 'spec.schedule: "0 0 30 2 *" never matches: no such date exists' };
    const world = aWorld({ acceptance: { kind: "refused", problems: [problem] }, window: aWindow() });
    world.pass();
    expect(world.facts.window.status.conditions).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: "Ready", status: "False", ...problem }), expect.objectContaining({ type: "Stalled", status: "True" })]),
    );
    expect(world.events).toEqual([expect.objectContaining({ type: "Warning", reason: problem.reason, note: problem.message })]);
    world.facts = { ...world.facts, acceptance: { kind: "refused", problems: [problem] } };
    world.pass();
    expect(world.events).toHaveLength(1);
  });
});
