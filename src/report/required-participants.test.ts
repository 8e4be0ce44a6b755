// Windows that start no run without their participants, told: the machine and its report together, on a world of plain facts.
import { describe, expect, test } from "vitest";
import { condition, dueWorld, newRun } from "../../test/support/due-world.ts";
import { aSpec, aWindow, nothingIsDue, now } from "../../test/support/observed.ts";
import { away, counted, forgetful, noZooKeeper, see, settling, workload } from "../../test/support/participation.ts";
import { aWorld } from "../../test/support/world.ts";

describe("a window that requires participants", () => {
  const spec = { ...aSpec, requireParticipants: true };
  const strictWorld = () => {
    const world = dueWorld();
    world.facts = { ...world.facts, window: aWindow({ spec }) };
    return world;
  };
  const waitingRun = { trigger: "Schedule", slot: newRun.slot, scheduledTime: newRun.scheduledTime, since: newRun.scheduledTime };

  test.each([
    ["forget their lock", counted(forgetful), /b of Deployment order-events/],
    ["start", counted(settling), /1 of 2 running Pods/],
    ["are not there", counted(), /no workload/],
    ["cannot be seen", noZooKeeper, /ZooKeeper cannot be read: no server answers/],
    ["were not ready when another writer came", { ...counted(away), paused: true }, /another writer/],
  ])("waits while they %s, says so, and keeps Ready True", (_, facts, why) => {
    const world = see(strictWorld(), counted(forgetful));
    world.pass();
    see(world, facts);
    expect(world.pass()).toMatchObject({ action: { do: "nothing" }, state: "WaitingForParticipants", wakeAt: now + 5000 });
    expect(condition(world, "Ready")).toMatchObject({
      status: "True",
      reason: "WaitingForParticipants",
      message: expect.stringMatching(why),
    });
    expect(world.facts.window.status).toMatchObject({ waitingRun: { ...waitingRun, reason: "ParticipantsNotReady" } });
    expect(world.facts.window.status.run).toBeUndefined();
  });

  test("begins as soon as they are there, and no longer says that it waits", () => {
    const world = see(strictWorld(), counted(settling));
    world.pass();
    see(world, counted(workload())).pass();
    expect(world.done).toEqual(["begin"]);
    expect(world.facts.window.status.waitingRun).toBeUndefined();
  });

  test("begins behind another writer if they were ready when it came", () => {
    const world = see(aWorld({ window: aWindow({ spec }) }), counted(workload()));
    world.pass();
    world.facts = { ...world.facts, due: dueWorld().facts.due };
    see(world, { ...counted(away), paused: true }).pass();
    expect(world.done).toEqual(["begin"]);
  });

  test("remembers since when runs wait, from one slot to the next, until none is due", () => {
    const world = see(strictWorld(), counted(forgetful));
    world.pass();
    const later = { ...newRun, slot: "2026-11-24T02:00", scheduledTime: "2026-11-24T02:00:00Z" };
    const { due } = world.facts;
    if (due.kind === "start") world.facts = { ...world.facts, due: { ...due, run: later } };
    world.pass();
    expect(world.facts.window.status.waitingRun).toMatchObject({ slot: later.slot, since: newRun.scheduledTime });
    world.facts = { ...world.facts, due: nothingIsDue };
    world.pass();
    expect(world.facts.window.status.waitingRun).toBeUndefined();
  });

  test("that does not require them begins without", () => {
    const world = see(dueWorld(), counted(forgetful));
    world.pass();
    expect(world.done).toEqual(["begin"]);
  });
});
