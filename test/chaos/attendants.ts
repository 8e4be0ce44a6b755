// The windows' users: each window is made, asked for again and again where it is one of those, watched, and at last suspended.
import { setTimeout as pause } from "node:timers/promises";
import { runRequestAnnotation } from "../../src/crds/meta.ts";
import { messageOf } from "../../src/shared/errors.ts";
import { jobTemplate, scripts } from "../e2e/support/job-scripts.ts";
import { until } from "../e2e/support/until.ts";
import { site, type WindowPlace, znodesOf } from "./layout.ts";
import type { Chance } from "./random.ts";
import type { Stage } from "./stage.ts";
import { now } from "./timeline.ts";

export interface RunSeen {
  readonly id: string;
  readonly window: string;
  /** Undefined: it was not over when it was seen last. */
  readonly result: string | undefined;
}

const LOOK_EVERY_MS = 1000;
const REQUEST_GAP_MS: readonly [number, number] = [1000, 8000];
const REST_LIMIT_MS = 300_000;

export class Attendants {
  readonly #stage: Stage;
  readonly #chance: Chance;
  readonly #runs = new Map<string, RunSeen>();
  readonly #states = new Map<string, string>();
  readonly #stop = new AbortController();
  #loops: Promise<unknown> = Promise.resolve();

  constructor(stage: Stage, chance: Chance) {
    this.#stage = stage;
    this.#chance = chance;
  }

  get runs(): readonly RunSeen[] {
    return [...this.#runs.values()];
  }

  /** Makes the windows; resolves when each is accepted. */
  async begin(): Promise<void> {
    const { windows } = this.#stage;
    for (const window of site.windows) await windows.make(window.name, scripts.works(window.jobMs), this.#spec(window));
    this.#loops = Promise.all(site.windows.map((window) => this.#attend(window)));
  }

  /** No further run begins; resolves when none is active any more. */
  async rest(): Promise<void> {
    await this.stop();
    const { windows } = this.#stage;
    for (const window of site.windows) {
      const spec = { jobTemplate: jobTemplate(scripts.works(window.jobMs)), ...this.#spec(window), suspend: true };
      await until(`${window.name} is suspended`, () => windows.apply(window.name, spec).then(() => true));
    }
    const isResting = async ({ name }: WindowPlace) => !(await this.#look(name)).isActive;
    for (const window of site.windows) await until(`${window.name} rests`, () => isResting(window), REST_LIMIT_MS);
  }

  /** Nobody looks any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loops;
  }

  #spec(window: WindowPlace): Readonly<Record<string, unknown>> {
    const locks = window.paths
      .map((path) => znodesOf(this.#stage.namespace, path))
      .map(({ lock, signal }) => ({ path: lock, signalPath: signal }));
    return {
      schedule: window.schedule,
      locks,
      drainGraceSeconds: window.graceSeconds,
      drainTimeoutSeconds: 45,
      jobStartTimeoutSeconds: 60,
      windowDeadlineSeconds: 180,
    };
  }

  async #attend({ name, requested }: WindowPlace): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const { isActive, isAnswered } = await this.#look(name);
        if (requested && !isActive && isAnswered) {
          await pause(this.#chance.between(...REQUEST_GAP_MS), undefined, { signal });
          await this.#stage.windows.annotate(name, runRequestAnnotation, new Date().toISOString());
        }
        await pause(LOOK_EVERY_MS, undefined, { signal });
      } catch (error) {
        if (!signal.aborted) this.#stage.timeline.add(now(), `${name} could not be read: ${messageOf(error)}`);
      }
    }
  }

  async #look(name: string): Promise<{ readonly isActive: boolean; readonly isAnswered: boolean }> {
    const { status, annotations } = await this.#stage.windows.read(name);
    const requested = annotations[runRequestAnnotation];
    for (const entry of (status.history ?? []).toReversed()) this.#note({ id: entry.id, window: name, result: entry.result });
    if (status.run !== undefined) this.#note({ id: status.run.id, window: name, result: undefined });
    this.#tellState(name, status.conditions?.find(({ type }) => type === "Ready")?.reason ?? "", status.run?.id);
    return { isActive: status.run !== undefined, isAnswered: requested === undefined || status.lastHandledRunRequest === requested };
  }

  #note(run: RunSeen): void {
    const known = this.#runs.get(run.id);
    if (known !== undefined && known.result === run.result) return;
    this.#runs.set(run.id, run);
    if (run.result !== undefined) this.#stage.timeline.add(now(), `${run.window}: run ${run.id} ended, ${run.result}`);
  }

  #tellState(name: string, reason: string, runId: string | undefined): void {
    const state = `${reason}${runId === undefined ? "" : `, run ${runId}`}`;
    if (this.#states.get(name) === state) return;
    this.#states.set(name, state);
    this.#stage.timeline.add(now(), `${name}: ${state}`);
  }
}
