// Runs that go wrong, told: each ends with everything released, and says why.
import { describe, expect, test } from "vitest";
import { condition, dueWorld, endJob, next, reasons } from "../../test/support/due-world.ts";
import { aJob, aPod, aRun, aSpec, locks, nothingIsDue, queuedLock } from "../../test/support/observed.ts";

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
    expect(world.done.slice(world.done.indexOf("give up"))).toEqual([
      "give up",
      "stop Job",
      "record",
      "release",
      "remove Job finalizer",
      "close",
      "remove finalizer",
    ]);
    expect(world.facts.window.status.history?.[0]).toMatchObject({ result: "DrainTimedOut", message: expect.stringContaining("10.0.0.9") });
    expect(reasons(world)).toContain("DrainTimedOut");
  });

  test("while another window is ahead the drain's clock does not run", () => {
    const world = dueWorld();
    world.run("queue");
    world.facts = {
      ...world.facts,
      locks: locks("queued", { ...queuedLock, ahead: 1, writerAhead: true, holders: ["write lock of orders/other"] }),
    };
    world.run();
    world.wait(aSpec.drainTimeoutSeconds * 2);
    expect(world.run().situation.at).toBe("Draining");
    expect(condition(world, "Ready")?.reason).toBe("Queued");
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
    expect(world.facts.window.status.history?.[0]).toMatchObject({
      result: "JobNotStarted",
      message: expect.stringContaining("ImagePullBackOff"),
    });
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

  test("a place in the queue that was lost and taken anew between two looks starts the drain's clock anew", () => {
    const world = dueWorld();
    world.run("queue");
    world.facts = { ...world.facts, locks: locks("queued", { ...queuedLock, ahead: 1 }) };
    world.run();
    world.wait(aSpec.drainTimeoutSeconds - 1);
    world.facts = { ...world.facts, locks: locks("queued", { ...queuedLock, nodeName: "_c_another-__WRIT__0000000009", ahead: 1 }) };
    world.run();
    world.wait(2);
    expect(world.run().situation.at).toBe("Draining");
    world.wait(aSpec.drainTimeoutSeconds);
    expect(world.run("stop Job").action.do).not.toBe("nothing");
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

  test("a Job that is stopped is stopped once, though Kubernetes takes its mark off when the Pods are gone", () => {
    const world = dueWorld();
    world.run();
    world.facts = { ...world.facts, window: { ...world.facts.window, deleting: true } };
    world.run("stop Job");
    world.setPods();
    world.facts = { ...world.facts, job: aJob({ phase: "active", token: "4711", deleting: "background" }) };
    world.run();
    expect(world.done.filter((done) => done === "stop Job")).toHaveLength(1);
    expect(world.facts.window.status.history?.[0]?.result).toBe("WindowDeleted");
  });

  test("Pods that a user orphaned are waited for", () => {
    const world = dueWorld();
    world.run();
    world.facts = { ...world.facts, job: aJob({ phase: "active", token: "4711", deleting: "background" }) };
    world.setPods(aPod({ phase: "running", started: true, jobUid: "" }));
    expect(world.run()).toMatchObject({ action: { do: "nothing" }, situation: { at: "Stopping" } });
    world.setPods(aPod({ phase: "ended", started: true, jobUid: "" }));
    world.run();
    expect(world.facts.window.status.history?.[0]?.result).toBe("JobDeleted");
  });

  test("deleting the Job before status names it cancels the run", () => {
    const world = dueWorld();
    world.run("create Job");
    world.facts = { ...world.facts, job: aJob({ deleting: "background" }) };
    world.run();
    expect(world.facts.window.status.history?.[0]?.result).toBe("Cancelled");
    expect(world.done.slice(-3)).toEqual(["remove Job finalizer", "close", "remove finalizer"]);
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

  test("a slot that comes while the run is active is skipped at once, and that is said once", () => {
    const world = dueWorld();
    world.run();
    const skip = {
      reason: "RunActive",
      count: 1,
      scheduledTime: "2026-11-23T03:00:00Z",
      message: "the window's previous run was active",
    } as const;
    world.facts = { ...world.facts, due: { ...nothingIsDue, kind: "skip", skipped: [skip], request: undefined, next } };
    world.pass();
    const { lastSkip, skipped, run } = world.facts.window.status;
    expect(run).toBeDefined();
    expect(lastSkip).toMatchObject({ reason: "RunActive", scheduledTime: skip.scheduledTime });
    expect(skipped).toEqual([{ reason: "RunActive", count: 1 }]);
    expect(reasons(world).filter((reason) => reason === "RunSkipped")).toHaveLength(1);
  });

  test("a Pod that was orphaned behind our gate holds nothing up: it can never run", () => {
    const world = dueWorld();
    world.run("start Job");
    world.facts = { ...world.facts, job: { kind: "absent" } };
    world.setPods(aPod({ jobUid: "" }));
    world.run();
    expect(world.facts.window.status.history?.[0]?.result).toBe("JobDeleted");
    expect(world.done).not.toContain("let Pod go");
  });
});
