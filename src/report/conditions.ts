// The window's conditions. Ready says "accepted and schedulable" and stays True while a run is active (tools that wait for
// health would flap every night otherwise); its reason carries the short state. Set here and nowhere else.
import type { Condition, RunRecord, Status } from "../crds/status.ts";
import { timeText } from "../window/deadlines.ts";
import { type Decided, pausedText } from "../window/decide.ts";
import { vanishedText } from "../window/decide-active.ts";
import type { Observed, ParticipantsFacts } from "../window/observed.ts";
import { drainingReason } from "./late-drain.ts";
import { participantsReady } from "./participants.ts";
import { clip } from "./run-record.ts";

type Said = Pick<Condition, "type" | "status" | "reason" | "message">;

/** What is known after the pass: the run's record, and who takes part. */
export interface Known {
  readonly run: RunRecord | undefined;
  readonly participants: ParticipantsFacts;
}

export function conditionsAfter(o: Observed, decided: Decided, { run, participants }: Known): readonly Condition[] {
  const said = [
    ready(decided),
    ...stalled(decided),
    ...runConditions(o, run),
    ...lastRun(o.window.status, run),
    ...paused(o),
    ...participantsReady(o, participants, run),
    ...unreachable(o),
  ];
  const before = o.window.status.conditions ?? [];
  return said.map((condition) => {
    const old = before.find((c) => c.type === condition.type);
    const lastTransitionTime = old?.status === condition.status ? old.lastTransitionTime : timeText(o.now);
    return { ...condition, message: clip(condition.message), lastTransitionTime, observedGeneration: o.window.generation };
  });
}

function ready({ situation, state, message }: Decided): Said {
  if (situation.at === "Refused" || situation.at === "Hindered") {
    return { type: "Ready", status: "False", reason: situation.problems[0]?.reason ?? "NotChecked", message };
  }
  return { type: "Ready", status: "True", reason: state, message };
}

function stalled({ situation, message }: Decided): readonly Said[] {
  if (situation.at !== "Refused") return [];
  return [{ type: "Stalled", status: "True", reason: situation.problems[0]?.reason ?? "Refused", message }];
}

function runConditions(o: Observed, run: RunRecord | undefined): readonly Said[] {
  const { queuedTime, drainedTime, exclusiveTime, releaseTime } = run?.steps ?? {};
  const paused = queuedTime !== undefined && releaseTime === undefined;
  const draining = paused && exclusiveTime === undefined;
  const exclusive = paused && exclusiveTime !== undefined;
  return [
    draining
      ? { type: "Draining", status: "True", reason: drainedTime === undefined ? drainingReason(o, run) : "InGrace", message: blockers(run) }
      : { type: "Draining", status: "False", reason: "NotDraining", message: "no processor is asked to pause, or all have" },
    exclusive
      ? { type: "Exclusive", status: "True", reason: "WriteLockHeld", message: `run ${run?.id} holds the write locks` }
      : { type: "Exclusive", status: "False", reason: "NoWriteLock", message: "no write lock is held" },
  ];
}

function blockers(run: RunRecord | undefined): string {
  if (run?.blockedCount === undefined) return `every read lock is released${vanishedText(run?.vanished ?? [])}`;
  return `${run.blockedCount} lock${run.blockedCount === 1 ? "" : "s"} not released yet: ${(run.blockedBy ?? []).join(", ")}`;
}

function lastRun(status: Status, run: RunRecord | undefined): readonly Said[] {
  const last = run?.result ?? status.run?.result;
  if (last === undefined) return (status.conditions ?? []).filter((c) => c.type === "LastRunSucceeded");
  const ok = last.result === "Succeeded";
  return [{ type: "LastRunSucceeded", status: ok ? "True" : "False", reason: last.result, message: last.message || last.result }];
}

function paused({ window, due }: Observed): readonly Said[] {
  if (due.pausedBy !== undefined) return [{ type: "Paused", status: "True", reason: "FailuresInARow", message: pausedText(due.pausedBy) }];
  if (window.spec.pauseAfterFailures === undefined) return [];
  return [{ type: "Paused", status: "False", reason: "NotPaused", message: "the schedule starts runs" }];
}

function unreachable({ pods }: Observed): readonly Said[] {
  const lost = pods.kind === "pods" ? pods.pods.filter((pod) => !pod.reachable && pod.phase !== "ended") : [];
  if (lost.length === 0) return [];
  const names = lost.map((pod) => pod.name).join(", ");
  const message = `the node of ${names} does not answer: the locks are held until the Pod is known to have ended; see that the node is gone, then delete the Pod with --force`;
  return [{ type: "PodsUnreachable", status: "True", reason: "NodeNotResponding", message }];
}
