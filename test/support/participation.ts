// Those who take part in a window, for tests of the machine and its report: counts by name, in a world of plain facts.
import type { CountedParticipants, WorkloadFacts } from "../../src/window/observed.ts";
import type { World } from "./world.ts";

export const workload = (facts: Partial<WorkloadFacts> = {}): WorkloadFacts => ({
  kind: "Deployment",
  name: "order-events",
  holding: ["a", "b"],
  notHolding: [],
  missing: [],
  ...facts,
});

export function counted(...workloads: readonly WorkloadFacts[]): CountedParticipants {
  return { kind: "counted", workloads, paused: false, unmatched: { count: 0, owners: [] }, foreign: [] };
}

export const forgetful = workload({ holding: ["a"], notHolding: ["b"], missing: ["b"] });
export const settling = workload({ holding: ["a"], notHolding: ["b"] });
export const away = workload({ holding: [], notHolding: ["a", "b"] });
export const noZooKeeper = { kind: "unknown", of: "ZooKeeper", why: "no server answers", enrolled: true } as const;

export function see(world: World, participants: World["facts"]["participants"]): World {
  world.facts = { ...world.facts, participants };
  return world;
}
