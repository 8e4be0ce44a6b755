// I2, I9 and I10: what stood in ZooKeeper when Jobs started, worked and ended. Pure.

import type { History, PodLife, Span } from "./history.ts";
import { closedIn, type LockState, readersBefore, signalIn, stateAt, writeNodeIn } from "./lock-states.ts";
import type { Rule } from "./rule.ts";

/** Znodes are stamped in whole milliseconds of another clock of the same machine: so much earlier or later they may have been. */
const STAMP_NS = 5_000_000n;

/** What a controller had sent when it died may be carried out so much later. */
const IN_FLIGHT_NS = 1_000_000_000n;

/** I2, for each run by itself. */
export const inOrder: Rule = (history, states) =>
  history.runs.flatMap(({ id }) => [...orderOfLocks(history, states, id), ...orderOfEnd(history, states, id)]);

/** Each change of the run's write node, with the state before and after it. */
function orderOfLocks(history: History, states: readonly LockState[], id: string): readonly string[] {
  return states.flatMap((state, i) => {
    const before = states[i - 1];
    const is = writeNodeIn(history, id, state);
    if (writeNodeIn(history, id, before) === is) return [];
    return is === "absent" ? faultOfRelease(history, before, id) : faultOfHold(history, state, id);
  });
}

function faultOfRelease(history: History, before: LockState | undefined, id: string): readonly string[] {
  return signalIn(history, before) === "absent" ? [`the signal went before the write node of run ${id}`] : [];
}

function faultOfHold(history: History, state: LockState, id: string): readonly string[] {
  const is = writeNodeIn(history, id, state);
  if (signalIn(history, state) === "absent") return [`the write node of run ${id} came (${is}) without a signal, at zxid ${state.zxid}`];
  const readers = is === "persistent" ? readersBefore(history, id, state) : [];
  return readers.length > 0 ? [`run ${id} was promoted behind ${readers.length} read locks, at zxid ${state.zxid}`] : [];
}

function orderOfEnd(history: History, states: readonly LockState[], id: string): readonly string[] {
  const gone = states.findLast((state, i) => {
    return writeNodeIn(history, id, states[i - 1]) === "persistent" && writeNodeIn(history, id, state) === "absent";
  });
  const promoted = promotionOf(history, states, id);
  const started = history.jobs.filter(({ runId, startedAt }) => runId === id && startedAt !== undefined);
  const early = started.filter(({ startedAt }) => promoted === undefined || (startedAt ?? 0n) + STAMP_NS < promoted.at);
  const faults = early.map(({ uid }) => `Job ${uid} was unsuspended before run ${id} held the write lock for good`);
  if (gone === undefined) return faults;
  const unended = started.filter(({ endedAt }) => endedAt === undefined || endedAt > gone.at + STAMP_NS);
  return [...faults, ...unended.map(({ uid }) => `the write lock of run ${id} was released before Job ${uid} had ended`)];
}

function promotionOf(history: History, states: readonly LockState[], id: string): LockState | undefined {
  return states.find((state) => writeNodeIn(history, id, state) === "persistent");
}

/** I9. The first claim of a run is the one that may come too early. */
export const truthful: Rule = (history, states) =>
  history.claims.flatMap(({ runId, at }, i) => {
    if (history.claims.findIndex((claim) => claim.runId === runId) < i) return [];
    const promoted = promotionOf(history, states, runId);
    if (promoted !== undefined && promoted.at <= at + STAMP_NS) return [];
    return [`status said Exclusive of run ${runId} at ${at}, which held nothing for good`];
  });

/** I10. */
export const failsSafe: Rule = (history, states) => [
  ...history.pods.flatMap((pod) => unguarded(history, states, pod)),
  ...history.unattended.flatMap((span) => {
    const start = span.start + IN_FLIGHT_NS;
    const isHeld = closedIn(history, stateAt(states, start)) === "persistent";
    return isHeld ? shut(history, { ...span, start }) : open(history, span);
  }),
];

/** The states of a Pod's life: the one it began in, and those that came while it worked. */
function unguarded(history: History, states: readonly LockState[], pod: PodLife): readonly string[] {
  const { start, end } = pod;
  const during = [stateAt(states, start), ...states.filter(({ at }) => at > start && at + STAMP_NS < end)];
  const bare = during.find((state) => writeNodeIn(history, pod.runId, state) !== "persistent");
  if (bare === undefined && !during.includes(undefined)) return [];
  return [`Pod ${pod.pod} worked while the write node of run ${pod.runId} was ${writeNodeIn(history, pod.runId, bare)}`];
}

/** Nobody may be let in while nobody looks after what is held for good. */
function shut({ events }: History, { start, end }: Span): readonly string[] {
  const inside = events.filter((event) => event.start >= start && event.start <= end);
  return inside.length === 0 ? [] : [`${inside.length} events while nobody looked after a lock that is held for good`];
}

function open({ events, processors, limits }: History, { start, end }: Span): readonly string[] {
  const latest = start + BigInt(limits.openMs) * 1_000_000n;
  if (end < latest) return [];
  const resumed = (name: string) => events.some((event) => event.processor === name && event.start >= start && event.start <= latest);
  return processors
    .filter((name) => !resumed(name))
    .map((name) => `${name} did not resume within ${limits.openMs} ms although no controller lived and nothing was held for good`);
}
