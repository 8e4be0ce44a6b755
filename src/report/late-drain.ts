// What is kept and told of a drain that takes longer than it may: that it does, the readers that were asked to release, the Pods
// that were evicted, and those that the API server would not evict.
import type { Condition, RunRecord, Status } from "../crds/status.ts";
import type { Action, Outcome } from "../window/action.ts";
import { drainTimes, timeText } from "../window/deadlines.ts";
import { MOST_REFUSALS } from "../window/late-drain.ts";
import type { Observed } from "../window/observed.ts";

type DrainEffect = Extract<Action, { do: "revoke" | "evict" }>;

const MOST_NAMES = 20;
const LONGEST_NAME = 200;
const LONGEST_REFUSAL = 300;

/** The record after one of them. Whoever stands in it is not asked, and waits for its retry, before another controller too. */
export function withDrainEffect(run: RunRecord, now: number, { action, outcome }: { action: DrainEffect; outcome: Outcome }): RunRecord {
  if (action.do === "revoke") return outcome.kind === "done" ? withRevoked(run, now, outcome.revoked ?? []) : run;
  const { evictionsRefused: refused = [], ...rest } = run;
  const others = refused.filter(({ pod }) => pod !== action.pod.name);
  switch (outcome.kind) {
    case "done": {
      const evicted = [...(run.evicted ?? []), action.pod.name].slice(-MOST_NAMES);
      return others.length === 0 ? { ...rest, evicted } : { ...rest, evicted, evictionsRefused: others };
    }
    case "not now": {
      const retryTime = timeText(now + outcome.retryAfterMs);
      const refusal = { pod: action.pod.name, message: outcome.message.slice(0, LONGEST_REFUSAL), retryTime };
      return { ...rest, evictionsRefused: [...others, refusal].slice(-MOST_REFUSALS) };
    }
    default:
      return run;
  }
}

function withRevoked(run: RunRecord, now: number, nodes: readonly string[]): RunRecord {
  const steps = { ...run.steps, revokeTime: timeText(now) };
  if (nodes.length === 0) return { ...run, steps };
  return { ...run, steps, revoked: nodes.slice(0, MOST_NAMES).map((node) => node.slice(0, LONGEST_NAME)) };
}

const LATE = "TimeoutExceeded";

/** The reason of Draining while locks are waited for. */
export function drainingReason(o: Observed, run: RunRecord | undefined): string {
  const times = run === undefined ? undefined : drainTimes(o, run.steps);
  return times !== undefined && o.now >= times.overdueAt ? LATE : "WaitingForLocks";
}

export interface DrainNews {
  readonly kind: "bad" | "good";
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

/** Each is told once. A run that is given up in the same pass says the rest itself. */
export function drainNews(before: Status, after: Status): readonly DrainNews[] {
  const { run } = after;
  if (run === undefined) return [];
  const old = before.run?.id === run.id ? before.run : undefined;
  return [...lateness(before, after), ...revocation(old, run), ...evictions(old, run), ...refusals(old, run)];
}

function lateness(before: Status, after: Status): readonly DrainNews[] {
  const late = (status: Status): Condition | undefined =>
    status.conditions?.find(({ type, reason }) => type === "Draining" && reason === LATE);
  const now = late(after);
  if (now === undefined || late(before) !== undefined || after.run?.gaveUp !== undefined) return [];
  const note = `the drain takes longer than drainTimeoutSeconds, and drainTimeoutPolicy lets it go on: ${now.message}`;
  return [{ kind: "bad", reason: "DrainTimeoutExceeded", action: "Drain", note }];
}

function revocation(old: RunRecord | undefined, { steps, revoked = [] }: RunRecord): readonly DrainNews[] {
  if (steps.revokeTime === undefined || steps.revokeTime === old?.steps.revokeTime || revoked.length === 0) return [];
  return [{ kind: "good", reason: "ReaderRevoked", action: "Revoke", note: `asked revocable readers to release: ${revoked.join(", ")}` }];
}

function evictions(old: RunRecord | undefined, { evicted = [] }: RunRecord): readonly DrainNews[] {
  return evicted
    .filter((pod) => !old?.evicted?.includes(pod))
    .map((pod) => ({
      kind: "bad",
      reason: "PodEvicted",
      action: "Evict",
      note: `evicted Pod ${pod}, which did not release its read lock in time`,
    }));
}

/** Not at every retry. */
function refusals(old: RunRecord | undefined, { evictionsRefused = [] }: RunRecord): readonly DrainNews[] {
  const isNew = ({ pod, message }: { readonly pod: string; readonly message: string }) =>
    !old?.evictionsRefused?.some((known) => known.pod === pod && known.message === message);
  return evictionsRefused.filter(isNew).map(({ pod, message }) => ({
    kind: "bad",
    reason: "EvictionRefused",
    action: "Evict",
    note: `Pod ${pod}, which holds a read lock, is not evicted: ${message}`,
  }));
}
