// Judges what was recorded: which events met a Pod, which of those meetings nobody promised to prevent, and what else went wrong.
// Pure. Invariants by the names of test/support/history: I1 overlaps, I2 locks, I3 twice, I6 tokens; I4 and I5 are seen at the end
// of a run (leftovers.ts), I7 is the longest pause, I8 to I10 are not judged here.
//
// What is excused is all that README.md and docs list as not promised, and only with the fault on record (Interference):
//  1. An event in flight when its processor was stopped, if the Pod began more than a third of the session and the window's grace
//     after the event. The gate's lease keeps an event from starting in the last third of what the session may still live, so the
//     servers cannot have dropped the session before that. An event that starts while a Pod works is never excused by a stop.
//  2. Events beside a Pod whose run held a path for good when somebody deleted, by hand, what keeps that processor out: the write
//     node (for a reader that looks at the queue alone), the signal (for a gate told that every writer signals), both (for a gate).
//     A look at the path that finds no write node is excused by the deletion of that very node.
import { writeNodePrefix } from "../../src/protocol/lock-nodes.ts";
import type { History, Instant, PodLife, ProcessorEvent, Span } from "../support/history/history.ts";
import { onePerRun, risingTokens } from "../support/history/runs.ts";
import type { Interference } from "./faults/fault.ts";
import { type PathName, type ProcessorPlace, site } from "./layout.ts";
import type { PathLook } from "./observer.ts";
import type { PodSeen } from "./pods.ts";

export interface Recorded {
  /** Nothing was promoted: I2, which asks for that, is not judged. */
  readonly control: boolean;
  readonly processors: readonly (ProcessorPlace & { readonly events: readonly ProcessorEvent[] })[];
  readonly pods: readonly PodSeen[];
  readonly looks: readonly PathLook[];
  readonly interferences: readonly Interference[];
}

export interface Overlap {
  readonly event: ProcessorEvent;
  readonly pod: PodSeen;
  /** Why nobody promised to prevent it; undefined: it was promised. */
  readonly excuse: string | undefined;
}

export interface Judgement {
  readonly overlaps: readonly Overlap[];
  readonly violations: readonly { readonly what: string; readonly from: Instant; readonly to: Instant }[];
  readonly twice: number;
}

const nanos = (ms: number) => BigInt(Math.round(ms * 1e6));
const placeOf = (pod: PodSeen) => site.windows.find(({ name }) => name === pod.window);
const pathsOf = (pod: PodSeen): readonly PathName[] => placeOf(pod)?.paths ?? [];

export function judge(recorded: Recorded): Judgement {
  const overlaps = recorded.pods.flatMap((pod) => overlapsOf(pod, recorded));
  const twice = startedTwice(recorded.pods);
  const violations = [
    ...recorded.pods.flatMap((pod) => beside(pod, overlaps)),
    ...twice.map((what) => ({ what, from: 0n, to: 0n })),
    ...(recorded.control ? [] : recorded.pods.flatMap((pod) => unlocked(pod, recorded))),
    ...paths.flatMap((path) => betweenRuns(path, recorded)).map((what) => ({ what, from: 0n, to: 0n })),
  ];
  return { overlaps, violations, twice: twice.length };
}

const paths: readonly PathName[] = ["one", "two"];

function overlapsOf(pod: PodSeen, { processors, interferences }: Recorded): readonly Overlap[] {
  return processors
    .filter(({ path }) => pathsOf(pod).includes(path))
    .flatMap((processor) =>
      meeting(processor.events, pod).map((event) => ({ event, pod, excuse: excuseOf({ event, pod, processor, interferences }) })),
    );
}

/** Of events one after the other, in the order of their starts. */
export function meeting(events: readonly ProcessorEvent[], { start, end }: Span): readonly ProcessorEvent[] {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.end ?? start) < start) low = middle + 1;
    else high = middle;
  }
  while ((events[high]?.start ?? end + 1n) <= end) high += 1;
  return events.slice(low, high);
}

/** I1, one for each processor. */
function beside(pod: PodSeen, overlaps: readonly Overlap[]): Judgement["violations"] {
  const own = overlaps.filter((overlap) => overlap.pod === pod && overlap.excuse === undefined).map(({ event }) => event);
  return [...Map.groupBy(own, ({ processor }) => processor)].map(([processor, events]) => ({
    what: `I1: ${processor} handled ${events.length} events beside Pod ${pod.pod} of ${pod.window}`,
    from: events[0]?.start ?? pod.start,
    to: events[0]?.end ?? pod.end,
  }));
}

interface Meeting {
  readonly event: ProcessorEvent;
  readonly pod: PodSeen;
  readonly processor: ProcessorPlace;
  readonly interferences: readonly Interference[];
}

export function excuseOf(meeting: Meeting): string | undefined {
  if (wasStopped(meeting)) return "stopped in the middle of an event";
  const isDeleted = (kind: "signal deleted" | "write node deleted") =>
    meeting.interferences.some(
      (one) =>
        one.kind === kind && one.path === meeting.processor.path && one.runIds.includes(meeting.pod.runId) && one.at <= meeting.event.end,
    );
  switch (meeting.processor.mode) {
    case "batch":
      return isDeleted("write node deleted") ? "write node deleted by hand" : undefined;
    case "signalled":
      return isDeleted("signal deleted") ? "signal deleted by hand" : undefined;
    case "any":
      return isDeleted("write node deleted") && isDeleted("signal deleted") ? "signal and write node deleted by hand" : undefined;
    default:
      return meeting.processor.mode satisfies never;
  }
}

function wasStopped({ event, pod, interferences }: Meeting): boolean {
  const certainMs = site.sessionMs / 3 + (placeOf(pod)?.graceSeconds ?? 0) * 1000;
  if (pod.start - event.start <= nanos(certainMs)) return false;
  return interferences.some(
    (one) => one.kind === "stopped" && one.processor === event.processor && event.start <= one.from && event.end >= one.to,
  );
}

/** I3. A container that starts anew counts as well: a Job of ours runs once. */
function startedTwice(pods: readonly PodSeen[]): readonly string[] {
  return [...Map.groupBy(pods, ({ runId }) => runId)].flatMap(([runId, own]) =>
    own.length > 1 ? [`I3: run ${runId} worked in ${own.length} Pods: ${own.map(({ pod }) => pod).join(", ")}`] : [],
  );
}

/** I2: while a Pod works, a write node of its run stands for good on each of its paths. */
function unlocked(pod: PodSeen, { looks, interferences }: Recorded): Judgement["violations"] {
  return pathsOf(pod).flatMap((path) => {
    const deletedAt = interferences.find((one) => one.kind === "write node deleted" && one.path === path && one.runIds.includes(pod.runId));
    const bare = looks.find(
      (look) =>
        look.path === path &&
        look.start >= pod.start &&
        look.end <= pod.end &&
        !holds(look, pod.runId) &&
        !looks.some((later) => later.path === path && later.start > look.end && holds(later, pod.runId, look.start)) &&
        !(deletedAt?.kind === "write node deleted" && deletedAt.at <= look.end),
    );
    if (bare === undefined) return [];
    return [
      { what: `I2: no write node of run ${pod.runId} stood on path ${path} while Pod ${pod.pod} worked`, from: pod.start, to: bare.end },
    ];
  });
}

/** A node that a later look finds, and that was made before, stood there all the while: then it was the first look that was old. */
function holds({ held }: PathLook, runId: string, madeBefore?: Instant): boolean {
  return held.some(({ name, madeAt }) => name.startsWith(writeNodePrefix(runId)) && (madeBefore === undefined || madeAt < madeBefore));
}

/** I3 and I6 on one path. Runs whose write node was deleted by hand could not keep the next one out. */
function betweenRuns(path: PathName, { pods, interferences }: Recorded): readonly string[] {
  const onPath = pods.filter((pod) => pathsOf(pod).includes(path));
  const touched = new Set(interferences.flatMap((one) => (one.kind === "write node deleted" && one.path === path ? one.runIds : [])));
  const beside = onePerRun(historyOf(onPath.filter(({ runId }) => !touched.has(runId))), []).map((what) => `I3: ${what}`);
  const tokens = risingTokens(historyOf(onPath), []).map((what) => `I6: ${what}`);
  return [...beside, ...tokens];
}

function historyOf(pods: readonly PodLife[]): History {
  const end = { at: 0n, finalizers: [] };
  const limits = { resumeMs: 0, closedMs: 0, openMs: 0 };
  const names = { lockPath: "", signalPath: "", installation: "", processors: [] };
  const none = { events: [], znodes: [], jobs: [], claims: [], runs: [], unattended: [], steady: { events: 0, requests: 0 } };
  return { ...names, ...none, pods, end, limits };
}

/** The longest time in which a processor handled no event, between two of its events. */
export function longestPause(
  processors: Recorded["processors"],
): { readonly processor: string; readonly from: Instant; readonly ms: number } | undefined {
  const gaps = processors.flatMap(({ name, events }) =>
    events.slice(1).map((event, i) => ({ processor: name, from: events[i]?.end ?? event.start, to: event.start })),
  );
  const longest = gaps.reduce<(typeof gaps)[number] | undefined>(
    (most, gap) => (most === undefined || gap.to - gap.from > most.to - most.from ? gap : most),
    undefined,
  );
  return longest && { processor: longest.processor, from: longest.from, ms: Number(longest.to - longest.from) / 1e6 };
}
