// What is said of those who take part: status.participants with their Pods before, during and after a run, whose locks belong to
// nobody, and the condition ParticipantsReady. While readers are meant to be without a lock the condition stays as it was.
import type { LastRun, Participant, WaitingRun } from "../crds/participant-status.ts";
import type { Condition, RunRecord, Status } from "../crds/status.ts";
import { timeOf } from "../window/deadlines.ts";
import type { Decided } from "../window/decide.ts";
import type { CountedParticipants, Observed, ParticipantsFacts, WorkloadFacts } from "../window/observed.ts";
import { readinessOf } from "../window/participants.ts";

const MOST = 20;
/** How long after the release the Pods are watched coming back. */
const RESUMED_WITHIN_MS = 60_000;

type Said = Pick<Condition, "type" | "status" | "reason" | "message">;

export function participantsReady(o: Observed, facts: ParticipantsFacts, run: RunRecord | undefined): readonly Said[] {
  const { status, spec } = o.window;
  const before = (status.conditions ?? []).filter(({ type }) => type === "ParticipantsReady");
  if (run !== undefined || facts.kind === "not asked") return before;
  const say = (value: Said["status"], reason: string, message: string): readonly Said[] => [
    { type: "ParticipantsReady", status: value, reason, message },
  ];
  const readiness = readinessOf(facts);
  switch (readiness.kind) {
    case "ready":
      return say("True", "AllHolding", readiness.message);
    case "missing":
      return say("False", "LocksMissing", readiness.message);
    case "nobody":
      return spec.requireParticipants ? say("False", "NoParticipants", readiness.message) : [];
    case "unknown":
      return say("Unknown", `${readiness.of}Unavailable`, readiness.message);
    case "paused":
      return before;
    case "settling":
      return isKnown(before[0]) ? before : say("Unknown", "Settling", readiness.message);
  }
}

/** Pods that start, or lost a session, need a moment: what was known before them still holds for that long. */
function isKnown(before: Condition | undefined): boolean {
  return before !== undefined && before.status !== "Unknown" && before.reason !== "NoParticipants";
}

/** Of a run, when its Pods are counted for the record. */
type Moment = { readonly run: string; readonly at: "before" | "during" | "after" };

/** `run` is the record after the pass. */
export function momentOf(o: Observed, { action }: Decided, run: RunRecord | undefined): Moment | undefined {
  if (run === undefined) {
    const last = o.window.status.history?.[0];
    const released = timeOf(last?.endTime);
    if (last === undefined || released === undefined || o.now > released + RESUMED_WITHIN_MS) return undefined;
    return { run: last.id, at: "after" };
  }
  const { queuedTime, exclusiveTime, releaseTime } = run.steps;
  if (queuedTime === undefined && exclusiveTime === undefined) {
    return action.do === "queue" ? undefined : { run: run.id, at: "before" };
  }
  if (exclusiveTime === undefined || releaseTime !== undefined || run.result !== undefined || action.do === "release") return undefined;
  return { run: run.id, at: "during" };
}

/** Whether the Pods have to be counted in this very pass, since the moment will not come again. */
export function mustCount(o: Observed, decided: Decided): boolean {
  if (decided.action.do === "begin") return true;
  const moment = momentOf(o, decided, o.window.status.run);
  if (moment === undefined || moment.at === "after") return false;
  return o.window.status.participants?.some(({ lastRun }) => lastRun?.id !== moment.run || lastRun[moment.at] === undefined) ?? false;
}

export function participantFields(facts: ParticipantsFacts, before: Status, moment: Moment | undefined): Partial<Status> {
  if (facts.kind !== "counted") return {};
  return {
    participants: facts.workloads.slice(0, MOST).map((workload) => {
      const old = before.participants?.find(({ kind, name }) => kind === workload.kind && name === workload.name);
      return participant(workload, lastRunAfter(old?.lastRun, { workload, paused: facts.paused }, moment));
    }),
    // While readers are meant to be without a lock their number says nothing, and would change with every run.
    unmatchedHolders: facts.paused ? before.unmatchedHolders : unmatchedHolders(facts),
    foreignChildren: facts.foreign.length === 0 ? undefined : facts.foreign.map((one) => one.slice(0, 800)),
  };
}

function unmatchedHolders({ unmatched: { count, owners } }: CountedParticipants): Status["unmatchedHolders"] {
  return count === 0 ? undefined : { count, owners: [...owners] };
}

function participant({ kind, name, holding, notHolding }: WorkloadFacts, lastRun: LastRun | undefined): Participant {
  return { kind, name, ...total(holding, notHolding), holdingPods: first(holding), notHolding: first(notHolding), lastRun };
}

interface Seen {
  readonly workload: WorkloadFacts;
  readonly paused: boolean;
}

function lastRunAfter(old: LastRun | undefined, { workload, paused }: Seen, moment: Moment | undefined): LastRun | undefined {
  if (moment === undefined) return old;
  const { holding, notHolding } = workload;
  const known = old?.id === moment.run ? old : undefined;
  const counted = total(holding, notHolding);
  switch (moment.at) {
    case "before":
      return { ...known, id: moment.run, before: { ...counted, notHolding: first(notHolding) } };
    case "during":
      if (known?.during !== undefined && known.during.holding >= counted.holding) return known;
      return { ...known, id: moment.run, during: { ...counted, holdingPods: first(holding) } };
    case "after":
      // Another writer may keep the Pods away: that says nothing of their coming back.
      if (known === undefined || paused || isComplete(known.after)) return old;
      return { ...known, after: { ...counted, notHolding: first(notHolding) } };
  }
}

function isComplete(after: LastRun["after"]): boolean {
  return after !== undefined && after.holding === after.pods;
}

function total(holding: readonly string[], notHolding: readonly string[]) {
  return { pods: holding.length + notHolding.length, holding: holding.length };
}

function first(names: readonly string[]): string[] | undefined {
  return names.length === 0 ? undefined : names.slice(0, MOST);
}

/** The run that waits for its participants, as long as it does: what it is skipped for later cannot be seen then. */
export function waitingRunAfter({ window: { status }, due }: Observed, { situation, action }: Decided): WaitingRun | undefined {
  if (due.kind === "nothing" || action.do === "begin" || action.do === "skip") return undefined;
  const before = status.waitingRun;
  if (situation.at !== "Without participants") return before;
  const { trigger, slot, scheduledTime } = situation.run;
  const goesOn = before !== undefined && before.trigger === trigger && (trigger === "Schedule" || before.slot === slot);
  return { trigger, slot, scheduledTime, since: goesOn ? before.since : scheduledTime, reason: "ParticipantsNotReady" };
}
