// What is said of a pass: the whole status, and the Events that follow from the change. Pure; publishing is another's work.
import type { Result, RunRecord, Status } from "../crds/status.ts";
import { nothingAnswered } from "../schedule/occurrence.ts";
import type { Skip } from "../schedule/skip.ts";
import type { Action, Outcome } from "../window/action.ts";
import { timeText } from "../window/deadlines.ts";
import type { Decided } from "../window/decide.ts";
import type { Observed, ParticipantsFacts, Problem } from "../window/observed.ts";
import { stepsReached } from "../window/steps.ts";
import { conditionsAfter } from "./conditions.ts";
import { type EventNote, eventsBetween, movedEvent, skipEvent } from "./events.ts";
import { momentOf, participantFields, waitingRunAfter } from "./participants.ts";
import { clip, historyEntry, recordAfter } from "./run-record.ts";

export interface Report {
  readonly status: Status;
  readonly events: readonly EventNote[];
}

const HISTORY = 10;

/** `participants`: as they were counted in this pass. */
export function report(o: Observed, decided: Decided, outcome: Outcome, participants: ParticipantsFacts): Report {
  const before = o.window.status;
  const run = recordAfter(o, decided, outcome);
  const status: Status = defined({
    ...before,
    ...scheduleAfter(o, decided),
    ...runTimes(o, decided),
    observedGeneration: o.acceptance.kind === "not asked" ? before.observedGeneration : o.window.generation,
    conditions: [...conditionsAfter(o, decided, { run, participants })],
    waitingRun: waitingRunAfter(o, decided),
    run,
    history: historyAfter(o, decided),
    ...participantFields(participants, before, momentOf(o, decided, run)),
  });
  const events = [...eventsBetween(before, status, problemsOf(decided)), ...scheduleEvents(o, decided.action), ...warningEvents(o)];
  return { status, events };
}

/** Each slot that was skipped is told once, with the others that went the same way. */
function scheduleEvents(o: Observed, action: Action): readonly EventNote[] {
  const skipped = skippedNow(o, action).map(skipEvent);
  const moved = o.due.kind === "start" && action.do === "begin" ? o.due.moved : undefined;
  return moved === undefined ? skipped : [...skipped, movedEvent(moved)];
}

/** Told once for each spec. */
function warningEvents({ window, acceptance }: Observed): readonly EventNote[] {
  if (acceptance.kind !== "accepted" || window.status.observedGeneration === window.generation) return [];
  return acceptance.warnings.map(({ reason, message, standing }) => ({
    type: standing ? "Warning" : "Normal",
    reason,
    action: "Validate",
    note: message,
    job: false,
  }));
}

function problemsOf({ situation }: Decided): readonly Problem[] {
  return situation.at === "Refused" || situation.at === "Hindered" ? situation.problems : [];
}

/** What was due is answered in the same write as what was done about it: that is what makes a slot run, or be skipped, once. */
function scheduleAfter(o: Observed, { action }: Decided): Partial<Status> {
  if (o.acceptance.kind === "refused") return { nextScheduleTime: undefined, answered: nothingAnswered };
  const { due, window } = o;
  const answered = isCarriedOut(o, action) ? due.kept.after : due.kept.before;
  const skipped = skippedNow(o, action);
  const last = skipped.at(-1);
  const schedule = { answered, nextScheduleTime: due.next?.scheduledTime };
  if (last === undefined) return schedule;
  const { scheduledTime, reason, message } = last;
  return { ...schedule, lastSkip: { scheduledTime, reason, message: clip(message) }, skipped: countSkips(window.status.skipped, skipped) };
}

function isCarriedOut({ due, window }: Observed, action: Action): boolean {
  if (due.kind === "start") return action.do === "begin";
  return due.kind === "nothing" || action.do === "skip" || window.status.run !== undefined;
}

function skippedNow(o: Observed, action: Action): readonly Skip[] {
  return o.due.kind !== "nothing" && isCarriedOut(o, action) ? o.due.skipped : [];
}

function countSkips(before: Status["skipped"], skipped: readonly Skip[]): Status["skipped"] {
  const counts = new Map(before?.map(({ reason, count }) => [reason, count]));
  for (const { reason, count } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => a.reason.localeCompare(b.reason));
}

function runTimes(o: Observed, { action }: Decided): Partial<Status> {
  switch (action.do) {
    case "begin":
      return action.run.trigger === "Request"
        ? { lastScheduleTime: action.run.scheduledTime, lastHandledRunRequest: action.run.slot }
        : { lastScheduleTime: action.run.scheduledTime };
    case "skip":
      return action.request === undefined ? {} : { lastHandledRunRequest: action.request };
    case "record":
      return action.result === "Succeeded"
        ? { lastSuccessfulTime: timeText(o.now), failures: failuresAfter(o, action.result) }
        : { failures: failuresAfter(o, action.result) };
    default:
      return {};
  }
}

/** Runs that failed in a row since the spec was edited. What a person ended says nothing of the Job. */
function failuresAfter({ window: { generation, status } }: Observed, result: Result): Status["failures"] {
  if (result === "Cancelled" || result === "WindowDeleted") return status.failures;
  const before = status.failures?.generation === generation ? status.failures.count : 0;
  if (result === "Succeeded") return { count: 0, generation };
  return { count: status.run?.generation === generation ? before + 1 : before, generation };
}

function historyAfter(o: Observed, { action }: Decided): Status["history"] {
  const { run, history } = o.window.status;
  if (action.do !== "close" || run === undefined) return history;
  return [historyEntry({ ...run, steps: stepsReached(o, run) }, o.now), ...(history ?? [])].slice(0, HISTORY);
}

/** Without the keys whose value is undefined: the API server is sent what is said, and nothing else. */
function defined(status: { readonly [K in keyof Status]: Status[K] | undefined } & { readonly run: RunRecord | undefined }): Status {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined));
}
