// A world whose window is due: where the stories of runs begin.
import type { Condition } from "../../src/crds/status.ts";
import { aJob, aPod, aRun, nothingIsDue, now } from "./observed.ts";
import { aWorld, type World } from "./world.ts";

const { steps: _steps, ...run } = { ...aRun, deadlineTime: new Date(now + 3_600_000).toISOString() };
export const newRun = run;
export const next = { at: now + 1, scheduledTime: "2026-11-24T02:00:00Z" };

export function dueWorld(): World {
  return aWorld({ due: { ...nothingIsDue, kind: "start", run: newRun, skipped: [], moved: undefined, next } });
}

export function endJob(world: World, phase: "complete" | "failed"): void {
  world.facts = { ...world.facts, job: aJob({ phase, token: "4711", message: phase === "failed" ? "BackoffLimitExceeded" : "" }) };
  world.setPods(aPod({ phase: "ended", started: true }));
}

export const reasons = (world: World): readonly string[] => world.events.map(({ reason }) => reason);

export function condition(world: World, type: string): Condition | undefined {
  return world.facts.window.status.conditions?.find((c) => c.type === type);
}
