// Which changes deserve an Event, and its words. Read off two statuses, the one before the pass and the one just written, so
// that an Event never tells of something that was not recorded.
import type { RunRecord, SkipReason, Status, Steps } from "../crds/status.ts";
import type { Skip } from "../schedule/skip.ts";
import type { Problem } from "../window/observed.ts";
import { type DrainNews, drainNews } from "./late-drain.ts";
import { secondsBetween } from "./run-record.ts";

export interface EventNote {
  readonly type: "Normal" | "Warning";
  /** One word for programs; the same in every language. */
  readonly reason: string;
  /** What the controller did or tried. */
  readonly action: string;
  readonly note: string;
  /** Whether it is about the run's Job too. */
  readonly job: boolean;
}

export function eventsBetween(before: Status, after: Status, problems: readonly Problem[]): readonly EventNote[] {
  return [
    ...refusals(before, after, problems),
    ...pauses(before, after),
    ...participation(before, after),
    ...runEvents(before.run, after.run),
    ...drainNews(before, after).map(drainEvent),
    ...closings(before, after),
  ];
}

function refusals(before: Status, after: Status, problems: readonly Problem[]): readonly EventNote[] {
  const said = messageOf(before);
  if (said === messageOf(after)) return [];
  return problems.map(({ reason, message }) => warning(reason, "Validate", message));
}

function messageOf({ conditions }: Status): string | undefined {
  const ready = conditions?.find((c) => c.type === "Ready");
  return ready?.status === "False" ? `${ready.reason} ${ready.message}` : undefined;
}

/** What a user asked for is no cause for alarm; every other slot that does not run is. */
const EXPECTED: ReadonlySet<SkipReason> = new Set(["Suspended", "DSTShifted"]);

export function skipEvent({ reason, message }: Skip): EventNote {
  const tell = EXPECTED.has(reason) ? normal : warning;
  return tell("RunSkipped", "Schedule", `skipped (${reason}): ${message}`);
}

export function movedEvent(note: string): EventNote {
  return normal("DSTShifted", "Schedule", note);
}

/** Told when the schedule is paused, not at every failed run after it. */
function pauses(before: Status, after: Status): readonly EventNote[] {
  const paused = ({ conditions }: Status) => conditions?.find((c) => c.type === "Paused" && c.status === "True");
  const now = paused(after);
  return now === undefined || paused(before) !== undefined ? [] : [warning("PausedAfterFailures", "Pause", now.message)];
}

/** A processor that forgets its lock is named when it is noticed, and not only when a window has begun beside it. */
function participation(before: Status, after: Status): readonly EventNote[] {
  const ready = ({ conditions }: Status) => conditions?.find((c) => c.type === "ParticipantsReady");
  const [old, now] = [ready(before), ready(after)];
  const known = new Set(before.foreignChildren);
  const foreign = (after.foreignChildren ?? []).filter((one) => !known.has(one));
  const events: EventNote[] = [];
  if (now?.status === "False" && (old?.status !== "False" || old.reason !== now.reason)) {
    events.push(warning("ParticipantsNotReady", "Count", now.message));
  }
  if (now?.status === "True" && old?.status === "False") events.push(normal("ParticipantsReady", "Count", now.message));
  if (foreign.length > 0) {
    const note = `no lock nodes of this window's kind, so in its way or unseen by it: ${foreign.join(", ")}; remove them, or give locks of another dialect a path of their own`;
    events.push(warning("ForeignChildren", "Count", note));
  }
  return events;
}

function runEvents(before: RunRecord | undefined, run: RunRecord | undefined): readonly EventNote[] {
  if (run === undefined) return [];
  const old = before?.id === run.id ? before : undefined;
  const events: EventNote[] = [];
  if (old === undefined) events.push(normal("RunStarted", "Start", `run ${run.id} of ${run.slot} begins`));
  if (run.jobRef !== undefined && old?.jobRef === undefined) {
    events.push(normal("JobCreated", "CreateJob", `created Job ${run.jobName}, suspended until the lock is held`, true));
  }
  events.push(...stepEvents(old?.steps ?? {}, run));
  if (run.vanished !== undefined && old?.vanished === undefined) events.push(vanishedEvent(run.vanished));
  if (run.gaveUp !== undefined && old?.gaveUp === undefined) {
    events.push(warning(run.gaveUp.result, "GiveUp", `the run is given up: ${run.gaveUp.message}`));
  }
  if (run.result !== undefined && old?.result === undefined) events.push(resultEvent(run, run.result));
  return events;
}

function vanishedEvent(readers: readonly string[]): EventNote {
  const note = `vanished without releasing: ${readers.join(", ")}; the run waits uncleanExitGraceSeconds before its Job starts`;
  return warning("ReadersVanished", "Drain", note);
}

function drainEvent({ kind, reason, action, note }: DrainNews): EventNote {
  return kind === "bad" ? warning(reason, action, note) : normal(reason, action, note);
}

function resultEvent(run: RunRecord, { result, message }: NonNullable<RunRecord["result"]>): EventNote {
  if (result === "Succeeded") return normal("JobSucceeded", "RecordResult", `Job ${run.jobName} succeeded: ${message}`, true);
  if (result === "Failed") return warning("JobFailed", "RecordResult", `Job ${run.jobName} failed: ${message}`, true);
  return warning("RunEnded", "RecordResult", `the run ended as ${result}: ${message}`);
}

function stepEvents(old: Steps, { steps, ...run }: RunRecord): readonly EventNote[] {
  const seconds = (from: string | undefined, to: string | undefined) => `${secondsBetween(from, to) ?? "?"} s`;
  const signals = listed(run.locks.flatMap(({ signalPath }) => (signalPath === "" ? [] : [signalPath])));
  const paths = listed(run.locks.map(({ path }) => path));
  const raised = signals === "" ? "" : `raised ${signals} and `;
  const cleared = signals === "" ? "" : " and cleared the signal";
  const drained = seconds(steps.queuedTime, steps.drainedTime);
  const paused = seconds(steps.queuedTime, steps.releaseTime);
  const table: readonly (readonly [keyof Steps, EventNote])[] = [
    ["queuedTime", normal("SignalRaised", "Queue", `${raised}queued for the write lock on ${paths}`)],
    ["drainedTime", normal("DrainCompleted", "Drain", `every read lock was released after ${drained}`)],
    ["exclusiveTime", normal("WriteLockAcquired", "Promote", `the write lock on ${paths} is held, and outlives the controller`)],
    ["unsuspendTime", normal("JobLetGo", "StartJob", `let Job ${run.jobName} go with fencing token ${run.fencingToken ?? "?"}`, true)],
    ["jobStartTime", normal("JobStarted", "StartJob", `the first container of Job ${run.jobName} has started`, true)],
    ["releaseTime", normal("SignalCleared", "Release", `released the locks${cleared}; processors were paused for ${paused}`)],
  ];
  return table.filter(([step]) => steps[step] !== undefined && old[step] === undefined).map(([, event]) => event);
}

/** Each once; of many the first and the last. */
function listed(paths: readonly string[]): string {
  const each = [...new Set(paths)];
  return each.length <= 16 ? each.join(", ") : `${each[0]} … ${each.at(-1)} (${each.length} in all)`;
}

/** The last step is often seen in the very pass that closes the run: then it stands in the history only. */
function closings(before: Status, after: Status): readonly EventNote[] {
  const entry = after.history?.[0];
  if (before.run === undefined || after.run !== undefined || entry?.id !== before.run.id) return [];
  const events = stepEvents(before.run.steps, { ...before.run, steps: entry.steps });
  if (entry.steps.queuedTime === undefined || entry.steps.releaseTime !== undefined) return events;
  const note = `the locks of run ${entry.id} were abandoned by hand; the controller clears them when ZooKeeper can be reached`;
  return [...events, warning("LocksAbandoned", "Abandon", note)];
}

function normal(reason: string, action: string, note: string, job = false): EventNote {
  return { type: "Normal", reason, action, note, job };
}

function warning(reason: string, action: string, note: string, job = false): EventNote {
  return { type: "Warning", reason, action, note, job };
}
