// Each invariant violated once, in a history that is otherwise without a fault: the checker must name it, and nothing else.
import { describe, expect, test } from "vitest";
import { readNodePrefix, writeNodePrefix } from "../../../src/protocol/lock-nodes.ts";
import { heldPath } from "../../../src/protocol/paths.ts";
import { violations } from "./check.ts";
import { type History, type Invariant, invariants, type PodLife, type ProcessorEvent, type ZnodeChange } from "./history.ts";

const SECOND = 1_000_000_000n;
const s = (seconds: number) => BigInt(Math.round(seconds * 1000)) * 1_000_000n;

const lockPath = "/orders/lock";
const signalPath = "/orders/lock-signal";
const run = "0123456789abcdef0123";
const write = `${lockPath}/${writeNodePrefix(run)}0000000007`;
const read = `${lockPath}/${readNodePrefix("6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b")}0000000003`;
const held = heldPath("main", run);

type Step = readonly [seconds: number, zxid: number, path: string, kind: "temporary" | "lasting" | "removed"];

const change = ([seconds, zxid, path, kind]: Step): ZnodeChange => ({
  at: s(seconds),
  zxid: BigInt(zxid),
  path,
  change: kind === "removed" ? { kind } : { kind: "created", persistent: kind === "lasting" },
});

const signalled: readonly Step[] = [
  [0, 1, read, "temporary"],
  [10, 2, signalPath, "temporary"],
];
const queued: readonly Step[] = [
  [10, 2, write, "temporary"],
  [10, 2, held, "temporary"],
];
const drained: readonly Step[] = [[10.1, 3, read, "removed"]];
const promoted: readonly Step[] = [signalPath, write, held].flatMap((path): readonly Step[] => [
  [10.2, 4, path, "removed"],
  [10.2, 4, path, "lasting"],
]);
const released: readonly Step[] = [signalPath, write, held].map((path): Step => [15, 5, path, "removed"]);
const resumed: readonly Step[] = [[15.1, 6, read, "temporary"]];

/** Each processor works at these seconds, 100 ms long. */
const works = (seconds: readonly number[]): readonly ProcessorEvent[] =>
  ["a", "b"].flatMap((processor) => seconds.map((at) => ({ processor, start: s(at), end: s(at) + SECOND / 10n })));

const pod: PodLife = { pod: "job-1", runId: run, jobUid: "uid-1", token: "41", start: s(11), end: s(14) };

/** One run from 10 s to 15 s, whose Pod worked from 11 s to 14 s. */
const sound: History = {
  lockPath,
  signalPath,
  installation: "main",
  processors: ["a", "b"],
  events: works([1, 5, 9.8, 16, 18]),
  pods: [pod],
  znodes: [...signalled, ...queued, ...drained, ...promoted, ...released, ...resumed].map(change),
  jobs: [{ uid: "uid-1", runId: run, startedAt: s(10.5), endedAt: s(14) }],
  claims: [{ runId: run, at: s(10.6) }],
  runs: [{ id: run, result: "Succeeded" }],
  unattended: [],
  steady: { events: 100, requests: 0 },
  end: { at: s(30), finalizers: [] },
  limits: { resumeMs: 5000, closedMs: 10_000, openMs: 3000 },
};

const steps = (...all: readonly (readonly Step[])[]) => all.flat().map(change);
const another = { id: "fedcba9876543210fedc", result: "Succeeded" };

interface Fault {
  readonly what: string;
  readonly with: Partial<History>;
  /** Default: the invariant alone. */
  readonly alsoSeenBy?: readonly Invariant[];
}

const faults: Readonly<Record<Invariant, readonly Fault[]>> = {
  I1: [
    { what: "an event begins while the Pod works", with: { events: works([1, 12, 16]) } },
    {
      what: "an event is still in flight when the Pod begins",
      with: { events: [...sound.events, { processor: "a", start: s(9), end: s(11) }] },
    },
  ],
  I2: [
    { what: "the run is promoted while a read lock is before it", with: { znodes: steps(signalled, queued, promoted, released) } },
    { what: "the write node comes without a signal", with: { znodes: steps(signalled.slice(0, 1), queued, drained, promoted, released) } },
    {
      what: "the Job is unsuspended before the promotion",
      with: { jobs: [{ uid: "uid-1", runId: run, startedAt: s(10), endedAt: s(14) }] },
    },
    {
      what: "the write lock is released before the Job has ended",
      with: { jobs: [{ uid: "uid-1", runId: run, startedAt: s(10.5), endedAt: s(16) }] },
    },
    {
      what: "the signal goes before the write node",
      with: {
        znodes: steps(signalled, queued, drained, promoted, [
          [14.5, 5, signalPath, "removed"],
          [15, 6, write, "removed"],
          [15, 6, held, "removed"],
        ]),
      },
    },
  ],
  I3: [
    {
      what: "a second Job of the run is started",
      with: { jobs: [...sound.jobs, { uid: "uid-2", runId: run, startedAt: s(12), endedAt: s(14) }] },
    },
    {
      what: "a Pod of another run works beside it",
      with: { runs: [...sound.runs, another], pods: [pod, { ...pod, pod: "job-2", runId: another.id, start: s(13), token: "42" }] },
      alsoSeenBy: ["I10"],
    },
  ],
  I4: [
    { what: "a run does not end", with: { runs: [{ id: run, result: undefined }] } },
    {
      what: "a processor does not work again",
      with: { events: sound.events.filter(({ processor, start }) => processor === "a" || start < s(10)) },
    },
  ],
  I5: [
    { what: "the entry below _held is left", with: { znodes: sound.znodes.filter(({ path, at }) => path !== held || at < s(15)) } },
    { what: "a finalizer is left", with: { end: { at: s(30), finalizers: ["jobs/job"] } } },
  ],
  I6: [
    { what: "two Pods of the run have different tokens", with: { pods: [pod, { ...pod, pod: "job-2", token: "42" }] } },
    { what: "a token is no number", with: { pods: [pod, { ...pod, pod: "job-2", token: "undefined" }] } },
    {
      what: "the next run has no higher token",
      with: {
        runs: [...sound.runs, another],
        pods: [pod, { ...pod, pod: "job-2", runId: another.id, start: s(16), end: s(17) }],
        events: [],
      },
      alsoSeenBy: ["I4", "I10"],
    },
  ],
  I7: [{ what: "processors are kept out for longer than allowed", with: { limits: { ...sound.limits, closedMs: 4000 } } }],
  I8: [{ what: "a request is sent for an event", with: { steady: { events: 100, requests: 1 } } }],
  I9: [
    { what: "status says Exclusive before the promotion", with: { claims: [{ runId: run, at: s(10) }] } },
    {
      what: "status says Exclusive of a run that held nothing",
      with: { runs: [...sound.runs, another], claims: [{ runId: another.id, at: s(12) }] },
    },
  ],
  I10: [
    {
      what: "the Pod works while the write node is only ephemeral",
      with: { znodes: steps(signalled, queued, drained, released), claims: [] },
      alsoSeenBy: ["I2"],
    },
    {
      what: "a processor works while nobody looks after the lock",
      with: { unattended: [{ start: s(10.3), end: s(14.9) }], events: works([1, 11.4, 16]), pods: [] },
    },
    {
      what: "a processor does not resume by itself after the controller died before the promotion",
      with: {
        unattended: [{ start: s(10.1), end: s(14) }],
        znodes: steps(signalled, queued, drained, released, resumed),
        pods: [],
        jobs: [],
        claims: [],
      },
    },
  ],
};

test("a run as it should be violates nothing", () => {
  expect(violations(sound)).toEqual([]);
});

test("a run that nobody looked after while it was held, and one that died before its promotion, violate nothing", () => {
  const unattended = [{ start: s(10.5), end: s(14) }];
  expect(violations({ ...sound, unattended })).toEqual([]);
  const gone = [signalPath, write, held].map((path): Step => [12, 5, path, "removed"]);
  const died = { ...sound, znodes: steps(signalled, queued, drained, gone, resumed), pods: [], jobs: [], claims: [] };
  expect(violations({ ...died, unattended, events: works([1, 12.5, 16]) })).toEqual([]);
});

test("what is told late by watches violates nothing", () => {
  expect(
    violations({ ...sound, jobs: [{ uid: "uid-1", runId: run, startedAt: s(14.5), endedAt: s(13) }], claims: [{ runId: run, at: s(20) }] }),
  ).toEqual([]);
});

describe.for(Object.keys(invariants) as Invariant[])("%s is seen violated", (invariant) => {
  test.for(faults[invariant])("when $what", (fault) => {
    const seen = new Set(violations({ ...sound, ...fault.with }).map((violation) => violation.invariant));
    expect(seen).toEqual(new Set([invariant, ...(fault.alsoSeenBy ?? [])]));
  });
});
