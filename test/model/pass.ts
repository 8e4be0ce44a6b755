// One pass of a controller over one window, from what its look saw: the project's own `decide`, and the status that the project's
// own `report` would write after it.
import type { Answered, RunRecord, Status, Steps } from "../../src/crds/status.ts";
import { report } from "../../src/report/report.ts";
import type { Due, NewRun } from "../../src/schedule/occurrence.ts";
import type { Action } from "../../src/window/action.ts";
import { type Decided, decide } from "../../src/window/decide.ts";
import type { HoldingPod, JobFacts, LocksFacts, Observed, PodFacts } from "../../src/window/observed.ts";
import { aSpec, aWindow, nothingIsDue, observed } from "../support/observed.ts";
import type { Job, Pod, RunName, Seen } from "./parts.ts";
import { lockPaths } from "./places.ts";
import type { Setting } from "./setting.ts";

const minute = 60_000;
const start = Date.parse("2026-11-23T02:00:00Z");
const beforeDrainEnd = 10 * minute;

/** Each step of the clock is longer than the drain and the Job's start may take; the last one may pass the window's end. */
export function timeOf({ clock }: Setting, step: number): number {
  return start + step * beforeDrainEnd + (clock[step - 1] === "window" ? aSpec.windowDeadlineSeconds * 1000 : 0);
}

const before: Answered = { schedule: "0 2 * * * UTC", until: "2026-11-23T01:59:59Z" };
const after: Answered = { ...before, until: "2026-11-23T02:00:00Z", slot: "2026-11-23T02:00" };

/** The window's one slot: due until it was answered; after it there is none. */
function dueOf({ answered }: Status, run: NewRun): Due {
  if (answered?.slot === after.slot) return { ...nothingIsDue, kept: { before: after, after } };
  return { ...nothingIsDue, kind: "start", run, skipped: [], moved: undefined, kept: { before, after } };
}

export function newRun(run: RunName, setting: Pick<Setting, "locks" | "signals">): NewRun {
  const time = new Date(start).toISOString();
  const deadlineTime = new Date(start + aSpec.windowDeadlineSeconds * 1000).toISOString();
  const paths = lockPaths(run, setting);
  const times = { scheduledTime: time, startTime: time, deadlineTime, generation: 1 };
  return { id: run, trigger: "Schedule", slot: "2026-11-23T02:00", ...times, jobName: `job-of-${run}`, locks: [...paths] };
}

export interface Passed {
  readonly action: Action;
  /** The status to write after the action; undefined where it stays as it is. */
  readonly tell: Status | undefined;
}

/** One run's look, all of it read; `locks` undefined where no run was active or ZooKeeper could not be read. */
export interface WholeLook {
  readonly run: RunName;
  readonly seen: Seen;
  readonly locks: LocksFacts | undefined;
  /** The processors that hold the read locks that the run waits for: "r0 r1". */
  readonly readers: string;
  readonly now: number;
}

export function pass(look: WholeLook, setting: Setting): Passed {
  const { shortcut } = setting;
  const real = factsOf(look, setting);
  const shown = shortcut?.shown?.(real) ?? real;
  const own = decide(shown);
  const decided: Decided = { ...own, action: shortcut?.instead?.(own.action, real) ?? own.action };
  // The mark makes each token new; a run that has one is never given another, so one value will do.
  const said = report(
    shown,
    decided,
    decided.action.do === "issue token" ? { kind: "done", token: "1" } : { kind: "done" },
    shown.participants,
  );
  const tell = remembered(said.status, setting);
  return { action: decided.action, tell: same(tell, look.seen.status) ? undefined : tell };
}

export function factsOf({ run, seen, locks, readers, now }: WholeLook, setting: Setting): Observed {
  const active = seen.status.run !== undefined;
  return observed({
    now,
    window: aWindow({
      name: run.toLowerCase(),
      uid: `window-${run}`,
      deleting: seen.window === "deleting",
      held: seen.finalizer,
      abandon: seen.abandon ? run : undefined,
      spec: { ...aSpec, exclusivityLostPolicy: setting.policy, drainTimeoutPolicy: setting.drainPolicy },
      status: seen.status,
    }),
    acceptance: active ? { kind: "not asked" } : { kind: "accepted", warnings: [] },
    due: dueOf(seen.status, newRun(run, setting)),
    job: active ? jobFacts(seen.job) : { kind: "absent" },
    pods: { kind: "pods", pods: active ? podsOf(seen).map(podFacts) : [] },
    locks: locks ?? { kind: "unknown", why: "it cannot be read" },
    readers: { kind: "readers", revocable: [], pods: holdingPods(readers), others: [] },
  });
}

function jobFacts(job: Job | undefined): JobFacts {
  if (job === undefined) return { kind: "absent" };
  const { uid, phase, deleting, finalizer, token } = job;
  return { kind: "job", uid, phase, message: "", deleting, held: finalizer, token };
}

function holdingPods(readers: string): readonly HoldingPod[] {
  return readers === "" ? [] : readers.split(" ").map((name) => ({ name, uid: name, deleting: false }));
}

/** As the controller lists them: those of the Job that status names, and of the run's Job that stands. */
function podsOf({ status, job, pods }: Seen): readonly Pod[] {
  return pods.filter((pod) => pod.job === status.run?.jobRef?.uid || pod.job === job?.uid);
}

function podFacts({ uid, owner, phase, deleting }: Pod): PodFacts {
  return { name: uid, uid, jobUid: owner, phase, started: phase === "running", deleting, reachable: true, message: "" };
}

/** What decide reads of a status. The rest is for people: it would only make equal states differ. */
function remembered({ answered, run }: Status, setting: Setting): Status {
  return {
    ...(answered?.slot === after.slot ? { answered: after } : {}),
    ...(run === undefined ? {} : { run: record(run, setting) }),
  };
}

function record(run: RunRecord, setting: Setting): RunRecord {
  const { id, trigger, slot, scheduledTime, startTime, deadlineTime, generation, jobName, locks } = run;
  const { jobRef, fencingToken, gaveUp, result } = run;
  return {
    ...{ id, trigger, slot, scheduledTime, startTime, deadlineTime, generation, jobName },
    locks: locks.map(({ path, signalPath }) => ({ path, signalPath })),
    steps: steps(run.steps, setting),
    ...(jobRef === undefined || setting.shortcut?.nameless ? {} : { jobRef }),
    ...(fencingToken === undefined ? {} : { fencingToken }),
    ...(gaveUp === undefined ? {} : { gaveUp: { result: gaveUp.result, message: "", time: "" } }),
    ...(result === undefined ? {} : { result: { result: result.result, message: "", time: "" } }),
  };
}

/** Only what a timeout counts from, and only where time passes. (The grace is 0: exploring, any wait may be any length.) */
function steps({ drainStartTime, evictTime, unsuspendTime, jobStartTime }: Steps, { clock }: Setting): Steps {
  if (!clock.includes("drain")) return {};
  return {
    ...(drainStartTime === undefined ? {} : { drainStartTime }),
    ...(evictTime === undefined ? {} : { evictTime }),
    ...(unsuspendTime === undefined ? {} : { unsuspendTime }),
    ...(jobStartTime === undefined ? {} : { jobStartTime }),
  };
}

function same(a: Status, b: Status): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
