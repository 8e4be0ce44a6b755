// One cell of the matrix: a run whose controller dies at one call and moment, one way in which the run is taken up again, and the
// history of it all. Whoever comes after is src/controller/main.ts as it is; the one that dies is controller.ts beside this file (programs.ts).
import { setTimeout as pause } from "node:timers/promises";
import { messageOf } from "../../src/shared/errors.ts";
import type { ControllerOptions, ControllerProcess } from "../e2e/support/controller-process.ts";
import { aCrowd } from "../e2e/support/crowd.ts";
import { scripts } from "../e2e/support/job-scripts.ts";
import type { Site } from "../e2e/support/site.ts";
import { LIMIT_MS, until } from "../e2e/support/until.ts";
import { violations } from "../support/history/check.ts";
import type { Span, Violation } from "../support/history/history.ts";
import { historyOf } from "./gather.ts";
import type { Ground } from "./ground.ts";
import { type CallMade, callsIn, hasCrashed, naiveVariable, planVariable } from "./moments.ts";
import type { Cell, Played } from "./played.ts";
import { watchNamespace } from "./watched.ts";

export interface Outcome {
  readonly cell: Cell;
  /** The controller died where it was to. */
  readonly isPlayed: boolean;
  /** Of the run; undefined: it did not end. */
  readonly result: string | undefined;
  readonly violations: readonly Violation[];
  /** What kept the cell from being played to its end. */
  readonly problem: string | undefined;
  /** The calls of the first controller, in order. */
  readonly calls: readonly CallMade[];
  /** What the controllers said, where not all went well. */
  readonly said: readonly string[];
}

export const NOBODY_MS = 60_000;
const OPEN_MS = 20_000;
const RESUME_MS = 10_000;
const FAILOVER_MS = 90_000;
const STEADY_EVENTS = 100;

/** Plays one cell on a site where no controller runs and no window is; leaves it so. */
export async function play(cell: Cell, name: string, site: Site, ground: Ground): Promise<Outcome> {
  const startedMs = Date.now();
  const lockPath = site.windows.lockPath(name);
  const crowd = await aCrowd({ zookeeper: ground.zookeeper.connectString, lockPath, eventMs: 20 });
  const watched = await watchNamespace(site.kube, site.namespace);
  const played: Played = { cell, site, ground, name, crowd, watched };
  const before = site.controllers.length;
  const story = { unattended: [] as Span[], steady: { events: 0, requests: 0 } };
  let problem: string | undefined;
  let isPlayed = true;
  try {
    await tell(played, story);
  } catch (error) {
    isPlayed = !(error instanceof NotKilledError);
    problem = isPlayed ? messageOf(error) : "the controller lost its lease before it came to the call";
  }
  const limits = { resumeMs: RESUME_MS, closedMs: FAILOVER_MS + (cell.recovery === "nobody" ? NOBODY_MS : 0), openMs: OPEN_MS };
  const history = await historyOf(played, { ...story, limits, startedMs });
  const own = site.controllers.slice(before);
  await Promise.all(own.map((controller) => controller.stop()));
  await crowd.close();
  watched.stop();
  await site.windows.remove(name);
  const found = violations(history);
  const said =
    found.length > 0 || problem !== undefined
      ? own.flatMap(({ name: who, lines }) => lines.slice(-40).map((line) => `${who}: ${line}`))
      : [];
  return { cell, isPlayed, violations: found, problem, said, calls: callsIn(own[0]?.lines ?? []), result: history.runs[0]?.result };
}

/** It lost its lease on a busy machine, and another one did the run: the cell was not played. */
class NotKilledError extends Error {}

interface Story {
  readonly unattended: Span[];
  steady: { readonly events: number; readonly requests: number };
}

async function tell(played: Played, story: Story): Promise<void> {
  const { cell, site, name, crowd } = played;
  const first = await controller(played, "first", firstOptions(played));
  await until("the first controller leads", () => first.isLeading());
  const standby = cell.recovery === "standby" ? await controller(played, "standby", {}) : undefined;
  await site.windows.make(name, scripts.untilTold(), { drainTimeoutSeconds: 60 });
  await crowd.working();
  story.steady = await crowd.steady(STEADY_EVENTS);
  await site.windows.askForRun(name);
  if (cell.isAfterJob) await endJob(played);
  if (cell.plan !== undefined) {
    await until(`the controller dies: ${cell.plan.call}, ${cell.plan.moment}`, async () => {
      return !first.isRunning() || (!first.isLeading() && (await isOver(played)));
    });
    if (first.isRunning()) throw new NotKilledError();
    if (!hasCrashed(first.lines)) throw new Error(`the controller ended by itself: ${first.lines.slice(-3).join("\n")}`);
    const next = standby ?? (await comesBack(played, story));
    await until("the next controller leads", () => next.isLeading());
  }
  if (!cell.isAfterJob) await endJob(played);
  await site.windows.ended(name);
  await crowd.working();
  await until("no finalizer is left", async () => (await played.watched.finalizers()).length === 0, LIMIT_MS / 6);
}

async function isOver({ site, name }: Played): Promise<boolean> {
  return ((await site.windows.read(name)).status.history ?? []).length > 0;
}

async function comesBack(played: Played, story: Story): Promise<ControllerProcess> {
  const start = process.hrtime.bigint();
  if (played.cell.recovery === "nobody") {
    await pause(NOBODY_MS);
    story.unattended.push({ start, end: process.hrtime.bigint() });
  }
  return await controller(played, "second", {});
}

/** Under the naive recipe all of them keep it. A standby finds the ephemeral nodes of the dead one still standing. */
async function controller(played: Played, role: string, options: Partial<ControllerOptions>): Promise<ControllerProcess> {
  const { cell, site, ground } = played;
  const naive = cell.isNaive ? { program: ground.programs.mortal, variables: { [naiveVariable]: "yes", ...options.variables } } : {};
  const sessionTimeoutSeconds = cell.recovery === "standby" && !cell.isNaive ? 30 : 10;
  const name = `${role}-${site.controllers.length + 1}`;
  return await site.controller(name, { sessionTimeoutSeconds, program: ground.programs.real, ...options, ...naive });
}

function firstOptions({ cell: { plan }, ground }: Played): Partial<ControllerOptions> {
  return { program: ground.programs.mortal, variables: plan === undefined ? {} : { [planVariable]: JSON.stringify(plan) } };
}

/** Waits until the Job works, and has it succeed. A Job that was stopped meanwhile needs no word. */
async function endJob({ site, name, cell }: Played): Promise<void> {
  const jobName = await until("the Job works, or the run is over", async () => {
    const { run, history = [] } = (await site.windows.read(name)).status;
    if (history.length > 0) return "over";
    return run !== undefined && site.logs.soFar(run.jobName).length > 0 ? run.jobName : undefined;
  });
  const working = site.logs.soFar(jobName).find(({ silent }) => !silent);
  if (working === undefined) return;
  const told = site.tell(working.pod, "succeed");
  await (cell.isNaive ? told.catch(() => {}) : told);
}
