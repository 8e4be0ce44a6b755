// I1, I3 and I6: what Pods, Jobs and tokens say, without any look at ZooKeeper. Pure.

import type { PodLife, Span } from "./history.ts";
import type { Rule } from "./rule.ts";

const touches = (a: Span, b: Span) => a.start <= b.end && a.end >= b.start;

/** I1. One text a Pod, with the number of events beside it. */
export const overlapping: Rule = ({ events, pods }) =>
  pods.flatMap((pod) => {
    const beside = events.filter((event) => touches(event, pod));
    const [first] = beside;
    if (first === undefined) return [];
    return [`${beside.length} events beside Pod ${pod.pod} of run ${pod.runId}, the first in ${first.processor} at ${first.start}`];
  });

/** I3. */
export const onePerRun: Rule = ({ runs, pods, jobs }) => {
  const twice = runs.flatMap(({ id }) => {
    const started = new Set([
      ...pods.filter(({ runId }) => runId === id).map(({ jobUid }) => jobUid),
      ...jobs.filter(({ runId, startedAt }) => runId === id && startedAt !== undefined).map(({ uid }) => uid),
    ]);
    return started.size > 1 ? [`run ${id} started ${started.size} Jobs: ${[...started].join(", ")}`] : [];
  });
  const beside = pods.flatMap((pod, i) =>
    pods
      .slice(i + 1)
      .filter((other) => other.runId !== pod.runId && touches(pod, other))
      .map((other) => `Pod ${pod.pod} of run ${pod.runId} worked beside Pod ${other.pod} of run ${other.runId}`),
  );
  return [...twice, ...beside];
};

/** I6. */
export const risingTokens: Rule = ({ pods }) => {
  const inTime = pods.toSorted((a, b) => (a.start < b.start ? -1 : 1));
  return inTime.slice(1).flatMap((pod, i) => {
    const before = inTime[i];
    return before === undefined ? [] : tokenFault(before, pod);
  });
};

function tokenFault(before: PodLife, pod: PodLife): readonly string[] {
  const pair = `Pod ${before.pod} had token ${before.token}, then Pod ${pod.pod} had ${pod.token}`;
  if (!/^\d+$/.test(before.token) || !/^\d+$/.test(pod.token)) return [`${pair}: not both are numbers`];
  if (before.runId === pod.runId) return before.token === pod.token ? [] : [`${pair} in the same run ${pod.runId}`];
  return BigInt(pod.token) > BigInt(before.token) ? [] : [`${pair} in another run`];
}
