// What the demo made, and how each thing goes away again: in the opposite order, each one tried even when another fails.
import { messageOf } from "../src/shared/errors.ts";
import type { Phases } from "./phases.ts";

export type When =
  /** Only of use to this program. */
  | "always"
  | "unless kept"
  /** It goes with the cluster. */
  | "unless the cluster goes"
  /** The cluster itself. */
  | "cluster";

interface Step {
  readonly what: string;
  readonly undo: () => Promise<void>;
  readonly when: When;
}

export class Undo {
  readonly #steps: Step[] = [];

  add(what: string, undo: () => Promise<void>, when: When): void {
    this.#steps.push({ what, undo, when });
  }

  /** What cannot be undone is said and left. */
  async all(keep: boolean, phases: Phases): Promise<void> {
    const clusterGoes = !keep && this.#steps.some((step) => step.when === "cluster");
    for (const step of this.#steps.splice(0).reverse()) {
      if (keep && step.when !== "always") continue;
      if (clusterGoes && step.when === "unless the cluster goes") continue;
      await this.#tryToUndo(step, phases);
    }
  }

  async #tryToUndo({ what, undo, when }: Step, phases: Phases): Promise<void> {
    // Removing the cluster shows its own progress.
    const progress = when === "always" || when === "cluster" ? undefined : phases.start(`removing ${what}`);
    try {
      await undo();
      progress?.done();
    } catch (error) {
      if (progress === undefined) phases.start(`removing ${what}`).fail(messageOf(error));
      else progress.fail(messageOf(error));
    }
  }
}
