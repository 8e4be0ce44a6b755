// I4, I5, I7 and I8: that everything ends, nothing is left, nobody waits too long, and events cost no request. Pure.

import type { History, Instant } from "./history.ts";
import { closedIn, type LockState, oursIn } from "./lock-states.ts";
import type { Rule } from "./rule.ts";

const ns = (ms: number) => BigInt(ms) * 1_000_000n;

/** I4. */
export const alive: Rule = (history, states) => {
  const unfinished = history.runs.filter(({ result }) => result === undefined).map(({ id }) => `run ${id} did not end`);
  return [...unfinished, ...spansClosed(history, states).flatMap(({ end }) => (end === undefined ? [] : notResumed(history, states, end)))];
};

/** A processor that is kept out again before its time was up need not have worked. */
function notResumed(history: History, states: readonly LockState[], released: Instant): readonly string[] {
  const latest = released + ns(history.limits.resumeMs);
  const again = states.find((state) => state.at > released && closedIn(history, state) !== "absent");
  if (latest > history.end.at || (again !== undefined && again.at < latest)) return [];
  const works = (name: string) =>
    history.events.some((event) => event.processor === name && event.end >= released && event.start <= latest);
  return history.processors
    .filter((name) => !works(name))
    .map((name) => `${name} handled no event within ${history.limits.resumeMs} ms of the release at ${released}`);
}

/** I5: nodes of runs that are over. Of one that is not, nothing is left over yet. */
export const leftOver: Rule = (history, states) => {
  if (history.runs.some(({ result }) => result === undefined)) return [];
  const left = oursIn(history, states.at(-1));
  return [...left.map((path) => `${path} is left`), ...history.end.finalizers.map((object) => `${object} still bears our finalizer`)];
};

/** I7. */
export const keptOutTooLong: Rule = (history, states) =>
  spansClosed(history, states).flatMap(({ start, end = history.end.at }) =>
    end - start <= ns(history.limits.closedMs) ? [] : [`processors were kept out for ${(end - start) / 1_000_000n} ms`],
  );

/** I8. */
export const quiet: Rule = ({ steady }) =>
  steady.requests === 0 ? [] : [`processors sent ${steady.requests} requests to ZooKeeper for ${steady.events} events`];

interface Closed {
  readonly start: Instant;
  /** Undefined: closed to the end. */
  readonly end: Instant | undefined;
}

function spansClosed(history: History, states: readonly LockState[]): readonly Closed[] {
  const spans: Closed[] = [];
  let since: Instant | undefined;
  for (const state of states) {
    const isClosed = closedIn(history, state) !== "absent";
    if (isClosed && since === undefined) since = state.at;
    if (!isClosed && since !== undefined) {
      spans.push({ start: since, end: state.at });
      since = undefined;
    }
  }
  return since === undefined ? spans : [...spans, { start: since, end: undefined }];
}
