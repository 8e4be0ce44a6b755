// Whether a window is due. Slots are answered in order and once: each either runs or is recorded as skipped, with the reason.
// What was answered is kept in status and only ever moves forward, so that neither an edit, nor a clock that steps back, nor
// new tzdata makes a run in the past or a second one of the same slot. Of several slots that went by only the latest may run.
import type { Spec } from "../crds/spec.ts";
import type { Answered, RunRecord, Status } from "../crds/status.ts";
import { collapsedOnto, type Schedule, type Slot } from "./cron.ts";
import { lateSkips, overdueRequest } from "./late.ts";
import type { Nominal } from "./lock-hours.ts";
import { firstUnanswered, lastUnanswered, type Mark, markAfter, type Passed, passedSlots } from "./passed-slots.ts";
import { jobName, runId } from "./run-id.ts";
import { collapsedSkip, type PassedReason, type Skip, skipOf } from "./skip.ts";
import { timeText } from "./zone.ts";

export type Due = Answer & {
  /** The next time at which the schedule starts a run; undefined while it starts none. */
  readonly next: NextSlot | undefined;
  /** What status keeps while the answer is not carried out, and once it is. */
  readonly kept: { readonly before: Answered; readonly after: Answered };
  /** When the answer may be another one (Asked.now). */
  readonly wakeAt: number | undefined;
  /** How many runs failed in a row, if that keeps the schedule from starting more. */
  readonly pausedBy: number | undefined;
};

type Answer =
  | { readonly kind: "nothing" }
  /** `skipped`: recorded together with the start of the run. `moved`: how a clock change moved it, for people. */
  | { readonly kind: "start"; readonly run: NewRun; readonly skipped: readonly Skip[]; readonly moved: string | undefined }
  /** `request`: the value of the run request that is answered by this. */
  | { readonly kind: "skip"; readonly skipped: readonly Skip[]; readonly request: string | undefined };

export interface NextSlot {
  readonly at: number;
  /** RFC 3339. */
  readonly scheduledTime: string;
}

export type NewRun = Pick<
  RunRecord,
  "id" | "trigger" | "slot" | "scheduledTime" | "startTime" | "deadlineTime" | "generation" | "jobName" | "locks"
>;

export interface Asked {
  readonly now: number;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly spec: Spec;
  /** With an active run nothing is due: slots that come are skipped, a request waits. */
  readonly status: Status;
  readonly runRequest: string | undefined;
  /** The locks of a run that is due then. */
  readonly locks: (nominal: Nominal) => NewRun["locks"];
}

const SECOND = 1000;
/** What status can hold of it. */
const LONGEST_REQUEST = 64;
const REQUEST = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

export function occurrence(asked: Asked, schedule: Schedule): Due {
  const mark = markOf(asked);
  const pausedBy = failuresThatPause(asked);
  const { answer, after } = answerSchedule(asked, schedule, { mark, pausedBy });
  const starts = !asked.spec.suspend && pausedBy === undefined;
  const whole = answer.kind === "nothing" ? (answerRequest(asked) ?? answer) : answer;
  return {
    ...whole,
    pausedBy,
    next: starts ? asNext(firstUnanswered(schedule, { ...after, until: Math.max(after.until, asked.now) })) : undefined,
    kept: { before: keep(asked.spec, mark), after: keep(asked.spec, after) },
    wakeAt: wakeAt(asked, firstUnanswered(schedule, after)),
  };
}

/** Kept of a schedule that cannot be read or may not run: once it can it begins anew, and nothing of what fell due meanwhile runs. */
export const nothingAnswered: Answered = { schedule: "", until: timeText(0) };

/** What is due of such a schedule. */
export function nothingDue(): Due {
  const kept = { before: nothingAnswered, after: nothingAnswered };
  return { kind: "nothing", next: undefined, kept, wakeAt: undefined, pausedBy: undefined };
}

/** A schedule that is new to the window is answered up to now: it never runs in the past. */
function markOf({ spec, status: { answered }, createdAt, now }: Asked): Mark {
  if (answered === undefined) return { until: Math.min(createdAt, now), slot: undefined };
  const until = Date.parse(answered.until);
  if (answered.schedule !== scheduleText(spec) || Number.isNaN(until)) return { until: now, slot: undefined };
  return { until, slot: answered.slot };
}

function keep(spec: Spec, { until, slot }: Mark): Answered {
  return { schedule: scheduleText(spec), until: timeText(until), ...(slot === undefined ? {} : { slot }) };
}

function scheduleText({ schedule, timeZone }: Spec): string {
  return `${schedule} ${timeZone}`;
}

function failuresThatPause({ spec: { pauseAfterFailures }, status: { failures }, generation }: Asked): number | undefined {
  if (pauseAfterFailures === undefined || failures?.generation !== generation) return undefined;
  return failures.count >= pauseAfterFailures ? failures.count : undefined;
}

interface Held {
  readonly mark: Mark;
  readonly pausedBy: number | undefined;
}

interface Answering {
  readonly answer: Answer;
  readonly after: Mark;
}

function answerSchedule(asked: Asked, schedule: Schedule, { mark, pausedBy }: Held): Answering {
  const { now, spec, status } = asked;
  const skip = (passed: Passed | undefined, reason: PassedReason): Answering => {
    if (passed === undefined) return { answer: { kind: "nothing" }, after: mark };
    const skipped = [skipOf(passed, reason, { now, spec })];
    return { answer: { kind: "skip", skipped, request: undefined }, after: markAfter(schedule, passed.last) };
  };
  if (status.run !== undefined) return skip(passedSlots(schedule, mark, now), "RunActive");
  const earliest = now - spec.startingDeadlineSeconds * SECOND;
  if (spec.suspend) return skip(passedSlots(schedule, mark, earliest - 1), "Suspended");
  if (pausedBy !== undefined) return skip(passedSlots(schedule, mark, now), "PausedAfterFailures");
  const latest = lastUnanswered(schedule, mark, now);
  if (latest === undefined || latest.at < earliest) return late(asked, schedule, mark);
  const skipped = [...dropped(asked, schedule, { mark, latest, earliest }), ...collapsedSkip(latest, collapsedOnto(schedule, latest))];
  const run = newRun(asked, "Schedule", latest.key, nominalOf(latest));
  return { answer: { kind: "start", run, skipped, moved: movedText(latest, spec) }, after: markAfter(schedule, latest) };
}

function late(asked: Asked, schedule: Schedule, mark: Mark): Answering {
  const skipped = lateSkips({ schedule, mark, until: asked.now }, asked);
  const last = lastUnanswered(schedule, mark, asked.now);
  if (last === undefined) return { answer: { kind: "nothing" }, after: mark };
  return { answer: { kind: "skip", skipped, request: undefined }, after: markAfter(schedule, last) };
}

interface Span {
  readonly mark: Mark;
  readonly latest: Slot;
  readonly earliest: number;
}

/** The slots before the one that runs: some were too late anyway, the others give way to it. */
function dropped(asked: Asked, schedule: Schedule, { mark, latest, earliest }: Span): readonly Skip[] {
  const until = Math.min(earliest, latest.at) - 1;
  const lastLate = lastUnanswered(schedule, mark, until);
  const others = passedSlots(schedule, lastLate === undefined ? mark : markAfter(schedule, lastLate), latest.at - 1);
  return [...lateSkips({ schedule, mark, until }, asked), ...(others === undefined ? [] : [skipOf(others, "Superseded", asked)])];
}

function movedText({ at, key, moved }: Slot, { timeZone }: Spec): string | undefined {
  if (!moved) return undefined;
  return `a clock change in ${timeZone} leaves out ${key}: the run is due at the first instant after it, ${timeText(at)}`;
}

/** A slot that is to come, or one that waits (suspended, not ready) until it is too late. */
function wakeAt({ now, spec }: Asked, first: Slot | undefined): number | undefined {
  if (first === undefined) return undefined;
  return first.at > now && !spec.suspend ? first.at : first.at + spec.startingDeadlineSeconds * SECOND + 1;
}

/** Each value is answered once; while a run is active it waits. */
function answerRequest(asked: Asked): Answer | undefined {
  const { runRequest, status, now } = asked;
  if (runRequest === undefined || status.run !== undefined) return undefined;
  const request = runRequest.slice(0, LONGEST_REQUEST);
  if (request === status.lastHandledRunRequest) return undefined;
  const overdue = overdueRequest(request, asked);
  if (overdue !== undefined) return { kind: "skip", skipped: [overdue], request };
  if (request === runRequest && REQUEST.test(request) && !Number.isNaN(Date.parse(request))) {
    return { kind: "start", run: newRun(asked, "Request", request, { at: now, leftOut: undefined }), skipped: [], moved: undefined };
  }
  const at = timeText(now);
  const message = `the annotation exclusivewindow.dev/run-requested-at is ${JSON.stringify(runRequest)}; write an RFC 3339 time such as ${at}`;
  return { kind: "skip", skipped: [{ reason: "InvalidRunRequest", count: 1, scheduledTime: at, message }], request };
}

export function nominalOf({ at, key, moved }: Slot): Nominal {
  return { at, leftOut: moved ? Date.parse(`${key}Z`) : undefined };
}

function newRun(asked: Asked, trigger: NewRun["trigger"], slot: string, nominal: Nominal): NewRun {
  const { now, name, uid, generation, spec, locks } = asked;
  const { at } = nominal;
  return {
    id: runId(uid, trigger === "Schedule" ? spec.timeZone : "", slot),
    trigger,
    slot,
    scheduledTime: timeText(at),
    startTime: timeText(now),
    deadlineTime: timeText(at + spec.windowDeadlineSeconds * SECOND),
    generation,
    jobName: jobName(name, trigger, slot),
    locks: locks(nominal),
  };
}

function asNext(slot: Slot | undefined): NextSlot | undefined {
  return slot === undefined ? undefined : { at: slot.at, scheduledTime: timeText(slot.at) };
}
