// What is said of a pass: the whole status, and the Events that follow from the change. Pure; publishing is another's work.
import type { Participant, RunRecord, Status } from "../crds/status.ts";
import type { Outcome } from "../window/action.ts";
import { timeText } from "../window/deadlines.ts";
import type { Decided } from "../window/decide.ts";
import type { Observed, Problem } from "../window/observed.ts";
import { stepsReached } from "../window/steps.ts";
import { conditionsAfter } from "./conditions.ts";
import { type EventNote, eventsBetween } from "./events.ts";
import { clip, historyEntry, recordAfter } from "./run-record.ts";

export interface Report {
  readonly status: Status;
  readonly events: readonly EventNote[];
}

const HISTORY = 10;

export function report(o: Observed, decided: Decided, outcome: Outcome, participants: readonly Participant[] | undefined): Report {
  const before = o.window.status;
  const run = recordAfter(o, decided, outcome);
  const status: Status = defined({
    ...before,
    ...scheduleAfter(o, decided),
    ...runTimes(o, decided),
    observedGeneration: o.acceptance.kind === "not asked" ? before.observedGeneration : o.window.generation,
    conditions: [...conditionsAfter(o, decided, run)],
    run,
    history: historyAfter(o, decided),
    participants: participants === undefined ? before.participants : [...participants],
  });
  return { status, events: [...eventsBetween(before, status, problemsOf(decided)), ...warningEvents(o)] };
}

/** Told once for each spec. */
function warningEvents({ window, acceptance }: Observed): readonly EventNote[] {
  if (acceptance.kind !== "accepted" || window.status.observedGeneration === window.generation) return [];
  return acceptance.warnings.map((text) => ({
    type: "Warning",
    reason: "JobTemplateWarning",
    action: "Validate",
    note: `spec.jobTemplate: the API server warns: ${text}`,
    job: false,
  }));
}

function problemsOf({ situation }: Decided): readonly Problem[] {
  return situation.at === "Refused" || situation.at === "Hindered" ? situation.problems : [];
}

/** The next slot moves on only when the one it names has been answered, or the schedule itself has changed. */
function scheduleAfter({ due, acceptance }: Observed, { action }: Decided): Partial<Status> {
  if (acceptance.kind === "refused") return { nextScheduleTime: undefined, observedSchedule: undefined };
  const answered = action.do === "begin" || action.do === "skip" || action.do === "close";
  if (!answered && due.kind !== "nothing") return {};
  return { nextScheduleTime: due.next?.scheduledTime, observedSchedule: due.of };
}

function runTimes(o: Observed, { action }: Decided): Partial<Status> {
  switch (action.do) {
    case "begin":
      return action.run.trigger === "Request"
        ? { lastScheduleTime: action.run.scheduledTime, lastHandledRunRequest: action.run.slot }
        : { lastScheduleTime: action.run.scheduledTime };
    case "skip": {
      const { scheduledTime, reason, message, request } = action.missed;
      const lastSkip = { scheduledTime, reason, message: clip(message) };
      return request === undefined ? { lastSkip } : { lastSkip, lastHandledRunRequest: request };
    }
    case "record":
      return action.result === "Succeeded" ? { lastSuccessfulTime: timeText(o.now) } : {};
    case "close":
      return passedOver(o.due);
    default:
      return {};
  }
}

/** A slot that came while the run was active is skipped, and that is said. */
function passedOver(due: Observed["due"]): Partial<Status> {
  if (due.kind !== "start" || due.run.trigger !== "Schedule") return {};
  return { lastSkip: { scheduledTime: due.run.scheduledTime, reason: "RunActive", message: "the window's previous run was still active" } };
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
