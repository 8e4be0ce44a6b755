// Every look at an active run that the machine must answer: the whole product of facts, unknown ones included.
import type { RunRecord } from "../../src/crds/status.ts";
import type { JobFacts, LocksFacts, Observed, PodsFacts, WindowFacts } from "../../src/window/observed.ts";
import { aJob, aLock, aPod, aRun, aSpec, at, aWindow, locks, named, now, observed, pods } from "./observed.ts";

export const afterTheDeadline = at("2026-11-23T07:00:00Z");
const token = { fencingToken: "4711" };
const gaveUp = { gaveUp: { result: "DrainTimedOut", message: "late", time: aRun.startTime } } as const;
const result = { result: { result: "Failed", message: "", time: aRun.startTime } } as const;

const runs: readonly Partial<RunRecord>[] = [{}, named, { ...named, ...token }].flatMap((run) => [
  run,
  { ...run, ...gaveUp },
  { ...run, ...result },
]);

const jobs: readonly JobFacts[] = [
  { kind: "unknown", why: "no answer" },
  { kind: "absent" },
  { kind: "foreign", uid: "job-x", message: "not ours" },
  ...(["job-a", "job-b"] as const).flatMap((uid) =>
    (["suspended", "active", "complete", "failed"] as const).flatMap((phase) =>
      (["no", "background", "foreground"] as const).flatMap((deleting) =>
        [undefined, "4711"].map((itsToken) => aJob({ uid, phase, deleting, token: itsToken })),
      ),
    ),
  ),
];

const podSets: readonly PodsFacts[] = [
  { kind: "unknown", why: "no answer" },
  pods(),
  pods(aPod()),
  pods(aPod({ jobUid: "job-b" })),
  pods(aPod({ jobUid: "" })),
  pods(aPod({ phase: "waiting" })),
  pods(aPod({ phase: "running", started: true }), aPod({ name: "pod-2", uid: "pod-2" })),
  pods(aPod({ phase: "ended", started: true })),
];

const lockSets: readonly LocksFacts[] = [
  { kind: "unknown", why: "no answer" },
  { ...locks("absent"), exclusiveElsewhere: "window orders/other" },
  locks("queued", { ...aLock, problem: "the sequence has wrapped" }),
  ...(["absent", "queued", "promoted"] as const).flatMap((held) =>
    (["absent", "queued", "promoted"] as const).flatMap((node) =>
      (["absent", "without us", "ours", "ours for good", "foreign"] as const).flatMap((signal) =>
        [0, 1].map((ahead) => locks(held, { ...aLock, node, signal, ahead, holders: ahead === 0 ? [] : ["read lock of 10.0.0.1"] })),
      ),
    ),
  ),
];

const windows = (run: Partial<RunRecord>): readonly WindowFacts[] =>
  [false, true].flatMap((deleting) =>
    [false, true].flatMap((held) =>
      (["Terminate", "Continue"] as const).map((exclusivityLostPolicy) =>
        aWindow({ deleting, held, spec: { ...aSpec, exclusivityLostPolicy }, status: { run: { ...aRun, ...run } } }),
      ),
    ),
  );

/** All pairs of one of these with one of those. */
function* pairs<A, B>(these: readonly A[], those: readonly B[]): Generator<readonly [A, B]> {
  for (const a of these) for (const b of those) yield [a, b];
}

export function* everyLook(): Generator<Observed> {
  const windowsThen = [...pairs(runs.flatMap(windows), [now, afterTheDeadline])];
  const cluster = [...pairs(jobs, podSets)];
  for (const [window, time] of windowsThen) {
    for (const [[job, podSet], lockSet] of pairs(cluster, lockSets))
      yield observed({ now: time, window, job, pods: podSet, locks: lockSet });
  }
}
