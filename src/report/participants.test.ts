// Windows and those who take part, told: the machine and its report together, on a world of plain facts.
import { describe, expect, test } from "vitest";
import { condition, dueWorld, endJob, newRun, reasons } from "../../test/support/due-world.ts";
import { aSpec, aWindow } from "../../test/support/observed.ts";
import { away, counted, forgetful, noZooKeeper, see, settling, workload } from "../../test/support/participation.ts";
import { aWorld, type World } from "../../test/support/world.ts";

const ready = (world: World) => condition(world, "ParticipantsReady");

describe("ParticipantsReady", () => {
  const aQuietWorld = () => aWorld({ window: aWindow() });

  test("is True while every running Pod holds a read lock, and False with the names of those that do not", () => {
    const world = see(aQuietWorld(), counted(workload()));
    world.pass();
    expect(ready(world)).toMatchObject({ status: "True", reason: "AllHolding", message: "all 2 running Pods hold a read lock" });
    for (const _ of [1, 2]) see(world, counted(forgetful)).pass();
    expect(ready(world)).toMatchObject({ status: "False", reason: "LocksMissing" });
    expect(ready(world)?.message).toMatch(/^1 of 2 running Pods hold no read lock of this window: b of Deployment order-events: see that/);
    see(world, counted(workload())).pass();
    expect(ready(world)?.status).toBe("True");
    expect(reasons(world)).toEqual(["ParticipantsNotReady", "ParticipantsReady"]);
  });

  test("names ten Pods and counts the others", () => {
    const names = Array.from({ length: 15 }, (_, i) => `pod-${String(i).padStart(2, "0")}`);
    const world = see(aQuietWorld(), counted(workload({ holding: [], notHolding: names, missing: names })));
    world.pass();
    expect(ready(world)?.message).toContain("pod-09 of Deployment order-events and 5 more");
    expect(ready(world)?.message).not.toContain("pod-10");
  });

  test("is not said of a window that nobody is annotated with, unless it requires participants", () => {
    const world = see(aQuietWorld(), counted());
    world.pass();
    expect(ready(world)).toBeUndefined();
    see(world, { ...noZooKeeper, enrolled: false }).pass();
    expect(ready(world)).toBeUndefined();
    const strict = see(aWorld({ window: aWindow({ spec: { ...aSpec, requireParticipants: true } }) }), counted());
    strict.pass();
    expect(ready(strict)).toMatchObject({ status: "False", reason: "NoParticipants", message: expect.stringContaining("annotation") });
  });

  test("is Unknown while ZooKeeper cannot be read, and until the first Pods have had time to take their locks", () => {
    const world = see(aQuietWorld(), settled());
    world.pass();
    expect(ready(world)).toMatchObject({ status: "Unknown", reason: "Settling" });
    see(world, noZooKeeper).pass();
    expect(ready(world)).toMatchObject({ status: "Unknown", reason: "ZooKeeperUnavailable", message: "no server answers" });
    see(world, settled()).pass();
    expect(ready(world)).toMatchObject({ status: "Unknown", reason: "Settling" });
    expect(reasons(world)).toEqual([]);
    function settled() {
      return counted(settling);
    }
  });

  test.each([
    ["True", workload()],
    ["False", forgetful],
  ])("stays %s while Pods start, while another writer keeps them away, and where nothing new was counted", (status, before) => {
    const world = see(aQuietWorld(), counted(before));
    world.pass();
    const said = ready(world);
    expect(said?.status).toBe(status);
    for (const facts of [counted(settling), { ...counted(away), paused: true }, { kind: "not asked" } as const]) see(world, facts).pass();
    expect(ready(world)).toEqual(said);
  });

  test("stays as it was for the whole of a run", () => {
    const world = see(aQuietWorld(), counted(workload()));
    world.pass();
    world.facts = { ...world.facts, due: dueWorld().facts.due };
    see(world, counted(forgetful)).run();
    expect(world.facts.window.status.run?.steps.jobStartTime).toBeDefined();
    expect(ready(world)?.status).toBe("True");
  });
});

describe("status tells of those who take part", () => {
  const participants = (world: World) => world.facts.window.status.participants;

  test("with their Pods before, during and after the last run", () => {
    const world = see(dueWorld(), counted(settling));
    world.run("name Job");
    see(world, { ...counted(away), paused: true }).run();
    endJob(world, "complete");
    world.run();
    const before = { pods: 2, holding: 1, notHolding: ["b"] };
    const during = { pods: 2, holding: 0 };
    expect(participants(world)).toMatchObject([
      { kind: "Deployment", name: "order-events", pods: 2, holding: 0, notHolding: ["a", "b"], lastRun: { id: newRun.id, before, during } },
    ]);
    see(world, counted(settling)).pass();
    expect(participants(world)?.[0]?.lastRun?.after).toEqual(before);
    see(world, counted(workload())).pass();
    see(world, counted(away)).pass();
    expect(participants(world)?.[0]?.lastRun?.after).toEqual({ pods: 2, holding: 2 });
    see(world, counted(workload())).pass();
    expect(participants(world)).toEqual([
      {
        kind: "Deployment",
        name: "order-events",
        pods: 2,
        holding: 2,
        holdingPods: ["a", "b"],
        lastRun: { id: newRun.id, before, during, after: { pods: 2, holding: 2 } },
      },
    ]);
  });

  test("with the Pods that held a lock during the run, at their worst", () => {
    const world = see(dueWorld(), counted(workload()));
    world.run("promote");
    for (const facts of [away, forgetful, away]) see(world, { ...counted(facts), paused: true }).pass();
    expect(participants(world)?.[0]?.lastRun?.during).toEqual({ pods: 2, holding: 1, holdingPods: ["a"] });
  });

  test("and does not call those back that stay away for longer than a minute", () => {
    const world = see(dueWorld(), counted(workload()));
    world.run();
    endJob(world, "complete");
    see(world, { ...counted(away), paused: true }).run();
    see(world, counted(forgetful)).pass();
    world.wait(61);
    see(world, counted(workload())).pass();
    expect(participants(world)?.[0]).toMatchObject({ holding: 2, lastRun: { after: { holding: 1, notHolding: ["b"] } } });
  });

  test("in lists that stay short", () => {
    const names = Array.from({ length: 30 }, (_, i) => `pod-${i}`);
    const many = Array.from({ length: 30 }, (_, i) => workload({ name: `w${i}`, holding: names, notHolding: names }));
    const world = see(dueWorld(), counted(...many));
    world.pass();
    expect(participants(world)).toHaveLength(20);
    const [first] = participants(world) ?? [];
    expect([first?.pods, first?.holdingPods?.length, first?.notHolding?.length, first?.lastRun?.before?.notHolding?.length]).toEqual([
      60, 20, 20, 20,
    ]);
  });

  test("of locks that belong to nobody, and of nodes that are no locks, told once in an Event", () => {
    const world = aWorld({ window: aWindow() });
    const strange = { ...counted(workload()), unmatched: { count: 3, owners: ["10.0.0.9"] }, foreign: ["/orders/processing/0-note"] };
    see(world, strange).pass();
    see(world, strange).pass();
    expect(world.facts.window.status).toMatchObject({
      unmatchedHolders: { count: 3, owners: ["10.0.0.9"] },
      foreignChildren: ["/orders/processing/0-note"],
    });
    expect(world.events).toMatchObject([
      { type: "Warning", reason: "ForeignChildren", note: expect.stringContaining("/orders/processing/0-note") },
    ]);
    see(world, { ...counted(workload()), paused: true }).pass();
    expect(world.facts.window.status.unmatchedHolders, "while a writer keeps readers away").toBeDefined();
    see(world, counted(workload())).pass();
    expect(world.facts.window.status.unmatchedHolders).toBeUndefined();
    expect(world.facts.window.status.foreignChildren).toBeUndefined();
  });
});
