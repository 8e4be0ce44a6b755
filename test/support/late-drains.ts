// Every look at a drain that takes long: each policy at each of its times, whoever holds the locks, whatever was tried before.
import type { RunRecord } from "../../src/crds/status.ts";
import type { LocksFacts, Observed, ReadersFacts } from "../../src/window/observed.ts";
import type { Rule } from "./machine-rules.ts";
import { aJob, aRun, aSpec, aWindow, locks, named, observed, promotedLock, queuedLock } from "./observed.ts";

const start = Date.parse("2026-11-23T02:00:00Z");
const timeout = aSpec.drainTimeoutSeconds * 1000;
const text = (at: number) => new Date(at).toISOString();
const halves = (count: number) => start + (count * timeout) / 2;

const times = [...[0, 1, 2, 3, 4, 5].map(halves), Date.parse(aRun.deadlineTime)];

const refused = { evictionsRefused: [{ pod: "pod-a", message: "the budget forbids it", retryTime: text(halves(3)) }] };
const runs: readonly Partial<RunRecord>[] = [undefined, halves(2), halves(-1)]
  .flatMap((evict) =>
    [{}, { revokeTime: text(halves(1)) }].map((revoke) => (evict === undefined ? revoke : { ...revoke, evictTime: text(evict) })),
  )
  .flatMap((steps) => {
    const run: Partial<RunRecord> = { ...named, steps: { drainStartTime: text(start), queuedTime: text(start), ...steps } };
    return [run, { ...run, ...refused }, { ...run, gaveUp: { result: "DrainTimedOut", message: "late", time: text(start) } } as const];
  });

const pod = { name: "pod-a", uid: "uid-a", deleting: false };
const nobody = { kind: "readers", revocable: [], pods: [], others: [] } as const;
const readers: readonly ReadersFacts[] = [
  { kind: "not asked" },
  { kind: "unknown", why: "no answer" },
  nobody,
  { ...nobody, others: ["read lock of 10.0.0.9"] },
  { ...nobody, pods: [pod] },
  { ...nobody, pods: [{ ...pod, deleting: true }] },
  {
    ...nobody,
    pods: [
      { ...pod, deleting: true },
      { ...pod, name: "pod-b", uid: "uid-b" },
    ],
  },
  { ...nobody, pods: [pod], revocable: [{ path: queuedLock.path, name: "n", version: 0 }] },
];

const waiting = { ...queuedLock, ahead: 1, holders: ["read lock of 10.0.0.9"] };
const lockSets: readonly LocksFacts[] = [
  { kind: "unknown", why: "no answer" },
  locks("absent"),
  locks("queued", waiting),
  locks("queued", { ...waiting, writerAhead: true }),
  locks("queued", { ...waiting, signal: "absent" }),
  locks("queued", queuedLock),
  locks("promoted", promotedLock),
];

const windows = (["Abort", "Wait", "Evict"] as const).flatMap((drainTimeoutPolicy) =>
  runs.flatMap((run) =>
    [false, true].map((deleting) =>
      aWindow({ deleting, held: true, spec: { ...aSpec, drainTimeoutPolicy }, status: { run: { ...aRun, ...run } } }),
    ),
  ),
);

export function everyLateDrain(): readonly Observed[] {
  return windows.flatMap((window) =>
    times.flatMap((now) =>
      lockSets.flatMap((lockSet) => readers.map((who) => observed({ now, window, job: aJob(), locks: lockSet, readers: who }))),
    ),
  );
}

const run = (o: Observed) => o.window.status.run ?? aRun;
const waitsForReaders = ({ locks: facts }: Observed) =>
  facts.kind === "locks" && facts.held === "queued" && facts.locks.some((l) => l.ahead > 0) && facts.locks.every((l) => !l.writerAhead);
const isEvict = ({ window }: Observed) => window.spec.drainTimeoutPolicy === "Evict";

/** What must hold of every decision besides the invariants of the protocol. */
export const lateDrainRules: readonly Rule[] = [
  [
    "readers are asked, and Pods evicted, only under Evict, while the run waits for readers alone and is neither over nor given up",
    (o, { action }) => {
      if (action.do !== "revoke" && action.do !== "evict" && action.do !== "begin evicting") return true;
      return isEvict(o) && waitsForReaders(o) && !o.window.deleting && run(o).gaveUp === undefined;
    },
  ],
  [
    "a Pod is evicted only if it is known to hold a lock, was not evicted yet, and does not wait for a retry",
    (o, { action }) => {
      if (action.do !== "evict") return true;
      const waits = run(o).evictionsRefused?.some((r) => r.pod === action.pod.name && o.now < Date.parse(r.retryTime)) ?? false;
      return o.readers.kind === "readers" && o.readers.pods.includes(action.pod) && !action.pod.deleting && !waits;
    },
  ],
  [
    "no Pod is evicted before it is written down that Pods are, nor before the drain timeout",
    (o, { action }) => action.do !== "evict" || (run(o).steps.evictTime !== undefined && o.now >= Date.parse(run(o).steps.evictTime ?? "")),
  ],
  ["that is written down once", (o, { action }) => action.do !== "begin evicting" || run(o).steps.evictTime === undefined],
  ["readers are asked once", (o, { action }) => action.do !== "revoke" || run(o).steps.revokeTime === undefined],
  [
    "a drain never times out under Wait, under Abort after one timeout, and under Evict after two",
    (o, { situation }) => {
      if (situation.at !== "Hopeless" || situation.result !== "DrainTimedOut") return true;
      const from = isEvict(o) ? run(o).steps.evictTime : run(o).steps.drainStartTime;
      return o.window.spec.drainTimeoutPolicy !== "Wait" && o.now >= Date.parse(from ?? "") + timeout;
    },
  ],
  ["a run is promoted only when nothing is ahead, whoever was evicted", (o, { action }) => action.do !== "promote" || !waitsForReaders(o)],
];
