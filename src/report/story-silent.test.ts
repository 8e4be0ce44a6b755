// A run on the locks of a day, none of which has a signal.
import { expect, test } from "vitest";
import { dueWorld, endJob, newRun } from "../../test/support/due-world.ts";
import { aLock, locks, promotedLock, queuedLock } from "../../test/support/observed.ts";
import type { World } from "../../test/support/world.ts";
import type { LockFacts } from "../window/observed.ts";

const day = Array.from({ length: 24 }, (_, hour) => ({ path: `/data/20261126/${String(hour).padStart(2, "0")}`, signalPath: "" }));
const all = (facts: LockFacts): readonly LockFacts[] => day.map((lock) => ({ ...facts, ...lock, signal: "not used" }));
const notes = (world: World, reason: string) => world.events.filter((event) => event.reason === reason).map(({ note }) => note);

test("raises no signal, waits for every hour, runs its Job, and tells the first hour and the last", () => {
  const world = dueWorld();
  const { due } = world.facts;
  if (due.kind === "start") world.facts = { ...world.facts, due: { ...due, run: { ...newRun, locks: [...day] } } };
  world.run("queue");
  const blocked = all(queuedLock).with(7, { ...queuedLock, path: "/data/20261126/07", signalPath: "", signal: "not used", ahead: 1 });
  world.facts = { ...world.facts, locks: locks("queued", ...blocked) };
  expect(world.run()).toMatchObject({ situation: { at: "Draining" } });
  world.facts = { ...world.facts, locks: locks("queued", ...all(queuedLock)) };
  world.run("promote");
  world.facts = { ...world.facts, locks: locks("promoted", ...all(promotedLock)) };
  world.run();
  expect(world.done).toEqual(expect.arrayContaining(["queue", "promote", "issue token", "start Job", "let Pod go"]));
  expect(world.done).not.toContain("raise");
  endJob(world, "complete");
  world.run("release");
  world.facts = { ...world.facts, locks: locks("absent", ...all(aLock)) };
  world.run();
  expect(world.facts.window.status.history?.[0]?.result).toBe("Succeeded");
  expect(notes(world, "SignalRaised")).toEqual(["queued for the write lock on /data/20261126/00 … /data/20261126/23 (24 in all)"]);
  expect(notes(world, "SignalCleared")[0]).toMatch(/^released the locks; processors/);
});
