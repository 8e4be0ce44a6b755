// Builds looks at a window for tests of the machine: facts by name, everything else as in a run that goes well.

import type { Spec } from "../../src/crds/spec.ts";
import type { Answered, RunRecord } from "../../src/crds/status.ts";
import type { Due } from "../../src/schedule/occurrence.ts";
import type { JobFacts, KnownLocks, LockFacts, Observed, PodFacts, PodsFacts, WindowFacts } from "../../src/window/observed.ts";

export const at = (text: string) => Date.parse(text);
export const dueTime = "2026-11-23T02:00:00Z";
export const now = at("2026-11-23T02:10:00Z");

export const aSpec: Spec = {
  schedule: "0 2 * * *",
  timeZone: "UTC",
  startingDeadlineSeconds: 3600,
  suspend: false,
  drainTimeoutSeconds: 300,
  drainTimeoutPolicy: "Abort",
  drainGraceSeconds: 0,
  uncleanExitGraceSeconds: 30,
  jobStartTimeoutSeconds: 300,
  windowDeadlineSeconds: 14_400,
  exclusivityLostPolicy: "Terminate",
  requireParticipants: false,
  jobTemplate: { spec: { template: { spec: { containers: [{ name: "main", image: "job" }], restartPolicy: "Never" } } } },
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 1,
};

export const aRun: RunRecord = {
  id: "run-1",
  trigger: "Schedule",
  slot: "2026-11-23T02:00",
  scheduledTime: dueTime,
  startTime: dueTime,
  deadlineTime: "2026-11-23T06:00:00Z",
  generation: 1,
  jobName: "nightly-20261123-0200",
  locks: [{ path: "/orders/processing", signalPath: "/orders/processing-signal" }],
  steps: {},
};

export const named = { jobRef: { name: aRun.jobName, uid: "job-a" } };

export const aLock: LockFacts = {
  path: "/orders/processing",
  signalPath: "/orders/processing-signal",
  node: "absent",
  nodeName: undefined,
  czxid: undefined,
  signal: "absent",
  ahead: 0,
  writerAhead: false,
  holders: [],
  vanished: [],
  problem: undefined,
};

export const queuedLock: LockFacts = { ...aLock, node: "queued", nodeName: "_c_1-__WRIT__0000000007", signal: "ours" };
export const promotedLock: LockFacts = { ...queuedLock, node: "promoted", czxid: "4711", signal: "ours for good" };

export function locks(held: KnownLocks["held"], ...facts: readonly LockFacts[]): KnownLocks {
  return { kind: "locks", held, locks: facts.length === 0 ? [aLock] : facts, exclusiveElsewhere: undefined };
}

export type OwnJob = Extract<JobFacts, { kind: "job" }>;

export function aJob(facts: Partial<OwnJob> = {}): OwnJob {
  return { kind: "job", uid: "job-a", phase: "suspended", message: "", deleting: "no", held: true, token: undefined, ...facts };
}

export function aPod(facts: Partial<PodFacts> = {}): PodFacts {
  return {
    name: "pod-1",
    uid: "pod-1",
    jobUid: "job-a",
    phase: "gated",
    started: false,
    deleting: false,
    reachable: true,
    message: "",
    ...facts,
  };
}

export function pods(...facts: readonly PodFacts[]): PodsFacts {
  return { kind: "pods", pods: facts };
}

export function aWindow(facts: Partial<WindowFacts> = {}): WindowFacts {
  const held = facts.status?.run !== undefined;
  return {
    namespace: "orders",
    name: "nightly",
    uid: "window-1",
    generation: 1,
    deleting: false,
    held,
    spec: aSpec,
    status: {},
    abandon: undefined,
    ...facts,
  };
}

const kept: Answered = { schedule: "0 2 * * * UTC", until: dueTime, slot: "2026-11-23T02:00" };
export const nothingIsDue: Due = {
  kind: "nothing",
  next: undefined,
  kept: { before: kept, after: kept },
  wakeAt: undefined,
  pausedBy: undefined,
};

export function observed(facts: Partial<Observed> = {}): Observed {
  return {
    now,
    window: aWindow(),
    acceptance: { kind: "not asked" },
    due: nothingIsDue,
    job: { kind: "absent" },
    pods: pods(),
    locks: locks("absent"),
    readers: { kind: "not asked" },
    participants: { kind: "not asked" },
    surplusJobs: [],
    ...facts,
  };
}
