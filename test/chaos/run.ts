// One run of the nemesis, from setting the stage to the verdict.
import { writeFileSync } from "node:fs";
import type { StartProgress } from "../../dev/progress.ts";
import { messageOf } from "../../src/shared/errors.ts";
import { until } from "../e2e/support/until.ts";
import { Attendants } from "./attendants.ts";
import { judge, longestPause, type Recorded } from "./judge.ts";
import { kinds } from "./kinds.ts";
import { idleProcessors, leftovers } from "./leftovers.ts";
import { Nemesis } from "./nemesis.ts";
import { Observer } from "./observer.ts";
import { planOf } from "./plan.ts";
import { chanceOf } from "./random.ts";
import { type Figures, lastLine, lines, reasons } from "./report.ts";
import { openStage, type Stage } from "./stage.ts";

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly control: boolean;
  readonly restartsApiServer: boolean;
  /** Once there is an overlap no more is asked of the control. */
  readonly stopsAtOverlap?: boolean;
  /** A file for everything that was seen. */
  readonly timeline?: string | undefined;
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** How it goes, now and then. */
  readonly progress: (text: string) => void;
  readonly start: StartProgress;
  readonly signal: AbortSignal;
}

const PROGRESS_EVERY_MS = 1000;
/** Of how many violations the time around them is shown. */
const SHOWN = 3;

export async function runChaos(options: ChaosOptions): Promise<Figures> {
  const { minutes, seed, say } = options;
  say(
    `chaos: seed ${seed}, ${minutes} minutes (the same again: npm run chaos -- --minutes ${minutes} --seed ${seed}${options.control ? " --control" : ""})`,
  );
  const stage = await openStage(options);
  try {
    const figures = await play(stage, options);
    explain(figures, stage, say);
    for (const line of lines(figures)) say(line);
    say(lastLine(figures));
    return figures;
  } finally {
    if (options.timeline !== undefined) writeFileSync(options.timeline, stage.timeline.all().join("\n"));
    await stage.close();
  }
}

interface Cast {
  readonly stage: Stage;
  readonly attendants: Attendants;
  readonly nemesis: Nemesis;
  readonly observer: Observer;
}

async function play(stage: Stage, options: ChaosOptions): Promise<Figures> {
  const { seed, signal } = options;
  const attendants = new Attendants(stage, chanceOf(seed ^ 0x5eed));
  await attendants.begin();
  const cast = { stage, attendants, nemesis: new Nemesis(stage, options.say), observer: new Observer(stage) };
  const ticking = setInterval(() => options.progress(progressOf(cast)), PROGRESS_EVERY_MS);
  try {
    await torment(cast, options);
    signal.throwIfAborted();
    return await verdict(cast, options);
  } finally {
    clearInterval(ticking);
    await Promise.all([attendants.stop(), cast.observer.stop()]);
  }
}

/** The whole plan; of one that stops at an overlap what came before it. */
async function torment(cast: Cast, { seed, minutes, say, signal, ...options }: ChaosOptions): Promise<void> {
  const { stage, nemesis } = cast;
  const allowed = kinds.filter((kind) => kind !== "API server restarted" || stage.apiServer !== undefined);
  if (options.restartsApiServer && stage.apiServer === undefined)
    say("the API server is not restarted: this cluster's is not ours to restart");
  const enough = new AbortController();
  const looking = setInterval(() => {
    if (options.stopsAtOverlap === true && overlapsSeen(cast, options.control)) enough.abort();
  }, PROGRESS_EVERY_MS);
  await nemesis.run(planOf(seed, minutes, allowed), AbortSignal.any([signal, enough.signal]));
  clearInterval(looking);
}

function overlapsSeen(cast: Cast, control: boolean): boolean {
  return judge(recordOf(cast, control)).overlaps.some(({ excuse }) => excuse === undefined);
}

function recordOf({ stage, observer, nemesis }: Cast, control: boolean): Recorded {
  return { control, processors: stage.processors, pods: stage.pods.all(), looks: observer.looks, ...nemesis.toll };
}

async function verdict(cast: Cast, { seed, minutes, control }: ChaosOptions): Promise<Figures> {
  const { stage, attendants, nemesis, observer } = cast;
  const stuck = await attendants.rest().then(
    () => [],
    (error: unknown) => [messageOf(error)],
  );
  const orphans = await leftovers(stage);
  const idle = [...stuck, ...(await idleProcessors(stage)), ...stage.processors.flatMap(({ fault }) => fault ?? [])];
  await until("every Pod's log is read", () => stage.pods.isSilent);
  await observer.stop();
  await Promise.all(stage.processors.map((processor) => processor.close()));
  const recorded = recordOf(cast, control);
  const pause = longestPause(stage.processors);
  return {
    ...{ seed, minutes, control, orphans, idle: [...new Set(idle)] },
    events: stage.processors.reduce((sum, { events }) => sum + events.length, 0),
    processors: stage.processors.length,
    windowsRun: new Set(recorded.pods.map(({ runId }) => runId)).size,
    runs: attendants.runs,
    toll: nemesis.toll,
    judgement: judge(recorded),
    longestPause: pause && { ...pause, at: stage.timeline.time(pause.from).trim() },
  };
}

function progressOf({ stage: { processors, pods, controllers }, nemesis, attendants: { runs } }: Cast): string {
  const faults = [...nemesis.toll.injected.values()].reduce((sum, n) => sum + n, 0);
  const working = processors.map(({ state }) => state).join(" ");
  const leader = controllers.find(({ isLeading }) => isLeading)?.name ?? "nobody";
  const over = runs.filter(({ result }) => result !== undefined).length;
  return `${over} runs over, ${faults} faults; ${leader} leads; gates ${working}; Jobs ${pods.running().join(" ") || "none"}`;
}

function explain(figures: Figures, { timeline }: Stage, say: (line: string) => void): void {
  for (const { what, from, to } of figures.judgement.violations.slice(0, SHOWN)) {
    say(`VIOLATION ${what}`);
    if (to > 0n) for (const line of timeline.around(from, to)) say(`  ${line}`);
  }
  for (const reason of reasons(figures).slice(0, 30)) say(`FAIL ${reason}`);
}
