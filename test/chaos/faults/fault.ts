// What a fault is to the nemesis: something that is done to the stage, and what it means for the verdict.
import type { Instant } from "../../support/history/history.ts";
import type { Controller } from "../controller.ts";
import type { PathName } from "../layout.ts";
import type { PlannedFault } from "../plan.ts";
import type { Stage } from "../stage.ts";

/** What the project does not promise to bear (README, "Not promised"): the judge is told of it, and of nothing else. */
export type Interference =
  /** A processor stood still. */
  | { readonly kind: "stopped"; readonly processor: string; readonly from: Instant; readonly to: Instant }
  /** Somebody deleted a node by hand while it was held for good by these runs. `at`: not later than it was. */
  | {
      readonly kind: "signal deleted" | "write node deleted";
      readonly path: PathName;
      readonly runIds: readonly string[];
      readonly at: Instant;
    };

export interface Struck {
  /** What exactly was done, for the timeline. */
  readonly what: string;
  /** Ends it, after the time it was planned to last. */
  readonly heal?: () => Promise<void> | void;
}

export interface Scene {
  readonly stage: Stage;
  excuse(interference: Interference): void;
}

/** Undefined: there was nothing to strike. */
export type Strike = (scene: Scene, fault: PlannedFault) => Promise<Struck | undefined>;

/** The one of that list that a planned fault's choice falls on. */
export function chosen<T>(items: readonly T[], choice: number): T | undefined {
  return items[Math.floor(choice * items.length)];
}

/** The one that leads, or one that does not. Where nobody leads any of them may be either. */
export function controllerOf({ controllers }: Stage, target: string): Controller | undefined {
  const leader = controllers.find(({ isLeading }) => isLeading) ?? controllers[0];
  return target === "leader" ? leader : controllers.find((controller) => controller !== leader);
}
