// Whether a window is due. The next slot is kept in status, and only ever moves forward: an edit, a resume or a clock that
// steps back cannot make a run in the past or a second one of the same slot. Of several slots missed only the latest may run.
import type { Spec } from "../crds/spec.ts";
import type { RunRecord, Status } from "../crds/status.ts";
import { nextSlot, type Schedule, type Slot } from "./cron.ts";
import { jobName, runId } from "./run-id.ts";

/** `of`: the schedule that it was asked of, as status keeps it. */
export type Due = Answer & { readonly of: string };

type Answer =
  | { readonly kind: "nothing"; readonly next: NextSlot | undefined }
  | { readonly kind: "start"; readonly run: NewRun; readonly next: NextSlot | undefined }
  /** Not to be run: to be recorded as skipped. */
  | { readonly kind: "missed"; readonly missed: Missed; readonly next: NextSlot | undefined };

export interface NextSlot {
  readonly at: number;
  /** RFC 3339. */
  readonly scheduledTime: string;
}

export interface Missed {
  readonly scheduledTime: string;
  readonly reason: "TooLate" | "InvalidRunRequest";
  readonly message: string;
  /** The value of the run request that is answered by this. */
  readonly request: string | undefined;
}

export type NewRun = Pick<RunRecord, "id" | "trigger" | "slot" | "scheduledTime" | "startTime" | "deadlineTime" | "jobName" | "locks">;

export interface Asked {
  readonly now: number;
  readonly name: string;
  readonly uid: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly spec: Spec;
  readonly status: Status;
  readonly runRequest: string | undefined;
  readonly locks: NewRun["locks"];
}

const SECOND = 1000;
/** What status can hold of it. */
const LONGEST_REQUEST = 64;
const REQUEST = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

export function occurrence(asked: Asked, schedule: Schedule): Due {
  return { ...answer(asked, schedule), of: observedSchedule(asked.spec) };
}

/** What is due where the schedule cannot be read. */
export function nothingDue(spec: Spec): Due {
  return { kind: "nothing", next: undefined, of: observedSchedule(spec) };
}

function answer(asked: Asked, schedule: Schedule): Answer {
  const next = nextScheduled(asked, schedule);
  const { runRequest, status } = asked;
  const isNew = runRequest?.slice(0, LONGEST_REQUEST) !== status.lastHandledRunRequest;
  if (runRequest !== undefined && isNew) return requested(asked, runRequest, next);
  if (asked.spec.suspend) return { kind: "nothing", next: undefined };
  if (next === undefined || next.at > asked.now) return { kind: "nothing", next };
  return due(asked, schedule, next.at);
}

/** How nextScheduleTime says which schedule it was computed from. */
export function observedSchedule({ schedule, timeZone, suspend }: Spec): string {
  return `${schedule} ${timeZone}${suspend ? " suspended" : ""}`;
}

function nextScheduled({ now, createdAt, spec, status }: Asked, schedule: Schedule): NextSlot | undefined {
  const kept = status.observedSchedule === observedSchedule(spec) ? Date.parse(status.nextScheduleTime ?? "") : Number.NaN;
  if (!Number.isNaN(kept)) return { at: kept, scheduledTime: text(kept) };
  const since = status.observedSchedule === undefined ? Math.min(createdAt, now) : now;
  return spec.suspend ? undefined : asNext(nextSlot(schedule, since));
}

function due(asked: Asked, schedule: Schedule, first: number): Answer {
  const { now, spec } = asked;
  const slot = latestUntil(schedule, Math.max(first - 1, now - spec.startingDeadlineSeconds * SECOND - 1), now);
  const next = asNext(nextSlot(schedule, now));
  if (slot !== undefined) return { kind: "start", run: newRun(asked, "Schedule", slot.key, slot.at), next };
  const message = `due at ${text(first)}, seen at ${text(now)}: more than startingDeadlineSeconds (${spec.startingDeadlineSeconds}) late`;
  return { kind: "missed", missed: { scheduledTime: text(first), reason: "TooLate", message, request: undefined }, next };
}

function latestUntil(schedule: Schedule, after: number, until: number): Slot | undefined {
  let latest: Slot | undefined;
  for (let slot = nextSlot(schedule, after); slot !== undefined && slot.at <= until; slot = nextSlot(schedule, slot.at)) latest = slot;
  return latest;
}

function requested(asked: Asked, request: string, next: NextSlot | undefined): Answer {
  const at = text(asked.now);
  if (request.length <= LONGEST_REQUEST && REQUEST.test(request) && !Number.isNaN(Date.parse(request))) {
    return { kind: "start", run: newRun(asked, "Request", request, asked.now), next };
  }
  const message = `the annotation exclusivewindow.dev/run-requested-at is ${JSON.stringify(request)}; write an RFC 3339 time such as ${at}`;
  return {
    kind: "missed",
    missed: { scheduledTime: at, reason: "InvalidRunRequest", message, request: request.slice(0, LONGEST_REQUEST) },
    next,
  };
}

function newRun({ now, name, uid, spec, locks }: Asked, trigger: NewRun["trigger"], slot: string, at: number): NewRun {
  return {
    id: runId(uid, trigger === "Schedule" ? spec.timeZone : "", slot),
    trigger,
    slot,
    scheduledTime: text(at),
    startTime: text(now),
    deadlineTime: text(at + spec.windowDeadlineSeconds * SECOND),
    jobName: jobName(name, trigger, slot),
    locks,
  };
}

function asNext(slot: Slot | undefined): NextSlot | undefined {
  return slot === undefined ? undefined : { at: slot.at, scheduledTime: text(slot.at) };
}

function text(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
