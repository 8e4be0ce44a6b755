// Judges a demo run by what the events and the Job recorded themselves, on one clock; never by what the controller says. Pure.
//
// Promised: PASS only where every processor's records are whole and comparable with the Job's interval, no event's interval meets
// the Job's (ends included), every processor worked before and after, and the server saw no request for an event. Anything that
// cannot be judged is a FAIL with its reason.
import type { JobInterval } from "./job-log.ts";

/** Everything one processor recorded. Events are offsets in nanoseconds from `baseNs`, in the order of their start. */
export interface ProcessorRecords {
  readonly pod: string;
  readonly bootId: string;
  /** The process that recorded, and the one that was seen when the demo began: another one means lost records. */
  readonly instance: string;
  readonly firstInstance: string;
  readonly baseNs: bigint;
  readonly starts: ArrayLike<number>;
  /** -1 for an event that is still in flight: it counts as never ending. */
  readonly ends: ArrayLike<number>;
  /** How many of its oldest records it no longer has. */
  readonly dropped: number;
}

/** What the ZooKeeper server counted while all processors worked, summed over their sessions. */
export interface ServerCount {
  readonly events: number;
  /** Packets received, without the heartbeats. */
  readonly requests: number;
  readonly heartbeats: number;
}

export interface Evidence {
  readonly job: JobInterval;
  readonly processors: readonly ProcessorRecords[];
  readonly expectedProcessors: number;
  readonly server: ServerCount | undefined;
}

export interface ProcessorCount {
  readonly pod: string;
  readonly before: number;
  readonly during: number;
  readonly after: number;
  /** From the end of the last event before the Job to the start of the first one after it; undefined where there was no pause. */
  readonly pauseMs: number | undefined;
}

export interface Verdict {
  readonly pass: boolean;
  /** How many events meet the Job's interval; undefined where that cannot be said. */
  readonly overlap: number | undefined;
  /** Why not; empty on a pass. */
  readonly reasons: readonly string[];
  readonly processors: readonly ProcessorCount[];
  readonly jobMs: number | undefined;
}

export function judge(evidence: Evidence): Verdict {
  const { job } = evidence;
  const unjudgeable = [...jobReasons(job), ...evidence.processors.flatMap((p) => recordReasons(p, job)), ...countReasons(evidence)];
  if (job.startNs === undefined || job.endNs === undefined || job.endNs <= job.startNs) {
    return { pass: false, overlap: undefined, reasons: unjudgeable, processors: [], jobMs: undefined };
  }
  const interval = { startNs: job.startNs, endNs: job.endNs };
  // Records on another machine's clock are not even counted: the number would look like an answer.
  const processors = evidence.processors.filter((p) => p.bootId === job.bootId).map((p) => count(p, interval));
  const overlap = processors.reduce((sum, p) => sum + p.during, 0);
  const reasons = [...unjudgeable, ...overlapReasons(overlap), ...processors.flatMap(workReasons), ...serverReasons(evidence.server)];
  return { pass: reasons.length === 0, overlap, reasons, processors, jobMs: Number(job.endNs - job.startNs) / 1e6 };
}

function jobReasons(job: JobInterval): readonly string[] {
  if (job.startNs === undefined || job.bootId === undefined) return ["the Job logged no start"];
  if (job.endNs === undefined) return ["the Job logged no end"];
  const reasons: string[] = [];
  if (job.starts > 1) reasons.push(`the Job started ${job.starts} times`);
  if (job.endNs <= job.startNs) reasons.push("the Job's interval is empty");
  if (job.token === undefined) reasons.push("the Job was given no fencing token");
  return reasons;
}

function recordReasons(p: ProcessorRecords, job: JobInterval): readonly string[] {
  const reasons: string[] = [];
  if (job.bootId !== undefined && p.bootId !== job.bootId)
    reasons.push(`${p.pod} ran on another boot than the Job: their clocks cannot be compared`);
  if (p.instance !== p.firstInstance) reasons.push(`${p.pod} restarted: the records of its earlier process are lost`);
  if (p.dropped > 0) reasons.push(`${p.pod} no longer has its first ${p.dropped} records`);
  if (p.starts.length !== p.ends.length) reasons.push(`${p.pod} answered ${p.starts.length} starts and ${p.ends.length} ends`);
  return reasons;
}

function countReasons({ processors, expectedProcessors }: Evidence): readonly string[] {
  if (processors.length === expectedProcessors) return [];
  return [`records of ${processors.length} processors instead of ${expectedProcessors}`];
}

function overlapReasons(overlap: number): readonly string[] {
  return overlap === 0 ? [] : [`${overlap} events were being handled while the Job ran`];
}

function workReasons(p: ProcessorCount): readonly string[] {
  const reasons: string[] = [];
  if (p.before === 0) reasons.push(`${p.pod} handled no event before the Job`);
  if (p.after === 0) reasons.push(`${p.pod} handled no event after the Job`);
  return reasons;
}

function serverReasons(server: ServerCount | undefined): readonly string[] {
  if (server === undefined) return ["the ZooKeeper server's counters could not be read"];
  if (server.events === 0) return ["no event was handled while the ZooKeeper server's counters were compared"];
  return server.requests === 0 ? [] : [`ZooKeeper received ${server.requests} requests during ${server.events} events`];
}

/** Both ends belong to an interval: an event that ends in the very nanosecond in which the Job starts meets it. */
function count(p: ProcessorRecords, job: { readonly startNs: bigint; readonly endNs: bigint }): ProcessorCount {
  const from = Number(job.startNs - p.baseNs);
  const to = Number(job.endNs - p.baseNs);
  let [before, during, after] = [0, 0, 0];
  let lastBefore = Number.NEGATIVE_INFINITY;
  let firstAfter = Number.POSITIVE_INFINITY;
  for (let i = 0; i < p.starts.length; i++) {
    const start = p.starts[i] ?? Number.NaN;
    const recorded = p.ends[i] ?? -1;
    const end = recorded < 0 ? Number.POSITIVE_INFINITY : recorded;
    if (start > to) {
      after++;
      firstAfter = Math.min(firstAfter, start);
    } else if (end < from) {
      before++;
      lastBefore = Math.max(lastBefore, end);
    } else during++;
  }
  const pauseMs = (firstAfter - lastBefore) / 1e6;
  return { pod: p.pod, before, during, after, pauseMs: during === 0 && Number.isFinite(pauseMs) ? pauseMs : undefined };
}
