import { describe, expect, test } from "vitest";
import { writeNodePrefix } from "../../src/protocol/lock-nodes.ts";
import type { Interference } from "./faults/fault.ts";
import { judge, longestPause, meeting, type Recorded } from "./judge.ts";
import { type ProcessorMode, type ProcessorPlace, site } from "./layout.ts";
import type { PathLook } from "./observer.ts";
import type { PodSeen } from "./pods.ts";

const second = 1_000_000_000n;
const at = (seconds: number) => BigInt(Math.round(seconds * 1e9));
const third = site.sessionMs / 3000;

/** Of requested-one, without a grace, on path one. */
function aPod(from: number, to: number, more: Partial<PodSeen> = {}): PodSeen {
  return { pod: "pod", runId: "run", jobUid: "job", token: "1", window: "requested-one", start: at(from), end: at(to), ...more };
}

function worker(mode: ProcessorMode, ...events: readonly (readonly [number, number])[]): Recorded["processors"][number] {
  const place: ProcessorPlace = { name: mode, mode, path: "one" };
  return { ...place, events: events.map(([from, to]) => ({ processor: mode, start: at(from), end: at(to) })) };
}

function recorded(parts: Partial<Recorded>): Recorded {
  return { control: false, processors: [], pods: [], looks: [], interferences: [], ...parts };
}

const stopped = (processor: string, from: number, to: number): Interference => ({ kind: "stopped", processor, from: at(from), to: at(to) });
const deleted = (kind: "signal deleted" | "write node deleted", seconds: number, runId = "run"): Interference => ({
  kind,
  path: "one",
  runIds: [runId],
  at: at(seconds),
});

const whatOf = (parts: Partial<Recorded>) => judge(recorded(parts)).violations.map(({ what }) => what);
const overlap = (mode: string, window = "requested-one") => `I1: ${mode} handled 1 events beside Pod pod of ${window}`;

describe("an event beside a Pod", () => {
  test.for([
    { when: "before it and into it", event: [9, 10] as const },
    { when: "within it", event: [11, 12] as const },
    { when: "over its end", event: [13, 15] as const },
    { when: "over all of it", event: [1, 99] as const },
  ])("is a violation of I1: $when", ({ event }) => {
    expect(whatOf({ pods: [aPod(10, 14)], processors: [worker("any", [1, 2], event)] })).toEqual([overlap("any")]);
  });

  test("is none before it, after it, or on another path", () => {
    const pods = [aPod(10, 14)];
    expect(whatOf({ pods, processors: [worker("any", [8, 9.9], [14.1, 15])] })).toEqual([]);
    expect(whatOf({ pods: [aPod(10, 14, { window: "requested-two" })], processors: [worker("any", [11, 12])] })).toEqual([]);
  });
});

describe("a processor that was stopped", () => {
  test("is excused in the middle of an event, once its session may have ended", () => {
    const parts = { pods: [aPod(10, 14)], processors: [worker("any", [10 - third - 0.1, 13])] };
    expect(whatOf({ ...parts, interferences: [stopped("any", 7.4, 12.9)] })).toEqual([]);
    expect(whatOf({ ...parts, interferences: [stopped("batch", 7.4, 12.9)] })).toEqual([overlap("any")]);
  });

  test("is not excused for a Pod that begins while its session must still live", () => {
    const parts = { pods: [aPod(10, 14)], processors: [worker("any", [10 - third + 0.1, 13])] };
    expect(whatOf({ ...parts, interferences: [stopped("any", 7.5, 12.9)] })).toEqual([overlap("any")]);
  });

  test("is not excused within the window's grace", () => {
    const pod = aPod(20, 24, { window: "minutely-both" });
    const parts = (from: number) => ({ pods: [pod], processors: [worker("any", [from, 23])], interferences: [stopped("any", from, 22)] });
    expect(whatOf(parts(20 - third - 7.9))).toEqual([overlap("any", "minutely-both")]);
    expect(whatOf(parts(20 - third - 8.1))).toEqual([]);
  });

  test("is not excused for an event that it started afterwards", () => {
    const parts = { pods: [aPod(10, 14)], processors: [worker("any", [12.95, 13])] };
    expect(whatOf({ ...parts, interferences: [stopped("any", 1, 12.9)] })).toEqual([overlap("any")]);
  });

  test("is not excused for an event that took long by itself, after the stop", () => {
    const parts = { pods: [aPod(10, 14)], processors: [worker("any", [5.5, 13])] };
    expect(whatOf({ ...parts, interferences: [stopped("any", 1, 5)] })).toEqual([overlap("any")]);
  });

  test("is not excused for an event that did not last over the stop", () => {
    const parts = { pods: [aPod(10, 14)], processors: [worker("any", [5, 10.5])] };
    expect(whatOf({ ...parts, interferences: [stopped("any", 6, 12)] })).toEqual([overlap("any")]);
  });
});

describe("nodes that were deleted by hand under a Job", () => {
  test.for([
    { mode: "any", signal: true, node: false, excused: false },
    { mode: "any", signal: false, node: true, excused: false },
    { mode: "any", signal: true, node: true, excused: true },
    { mode: "signalled", signal: true, node: false, excused: true },
    { mode: "signalled", signal: false, node: true, excused: false },
    { mode: "batch", signal: true, node: false, excused: false },
    { mode: "batch", signal: false, node: true, excused: true },
  ] as const)("with signal $signal and node $node: $mode is excused: $excused", ({ mode, signal, node, excused }) => {
    const interferences = [...(signal ? [deleted("signal deleted", 11)] : []), ...(node ? [deleted("write node deleted", 11)] : [])];
    const judgement = judge(recorded({ pods: [aPod(10, 14)], processors: [worker(mode, [12, 13])], interferences }));
    expect(judgement.violations).toHaveLength(excused ? 0 : 1);
    expect(judgement.overlaps).toHaveLength(1);
  });

  test("excuse neither what was before, nor another run", () => {
    const parts = { pods: [aPod(10, 14)], processors: [worker("signalled", [12, 13])] };
    expect(whatOf({ ...parts, interferences: [deleted("signal deleted", 13.5)] })).toEqual([overlap("signalled")]);
    expect(whatOf({ ...parts, interferences: [deleted("signal deleted", 11, "another")] })).toEqual([overlap("signalled")]);
  });
});

describe("what else is judged", () => {
  test("a run that works in two Pods is run twice", () => {
    const judgement = judge(recorded({ pods: [aPod(1, 2, { pod: "a" }), aPod(3, 4, { pod: "b" })] }));
    expect(judgement.twice).toBe(1);
    expect(judgement.violations.map(({ what }) => what)).toEqual(["I3: run run worked in 2 Pods: a, b"]);
  });

  test("two runs beside each other on a path, and a token that does not grow", () => {
    const pods = [aPod(1, 5, { token: "7" }), aPod(3, 4, { pod: "b", runId: "other", token: "7" })];
    expect(whatOf({ pods })).toEqual([expect.stringContaining("I3: Pod pod of run run worked beside"), expect.stringContaining("I6: ")]);
    expect(whatOf({ pods, interferences: [deleted("write node deleted", 2)] })).toEqual([expect.stringContaining("I6: ")]);
  });

  const look = (from: number, to: number, names: readonly string[], madeAt = from): PathLook => {
    return { path: "one", start: at(from), end: at(to), held: names.map((name) => ({ name, madeAt: at(madeAt) })) };
  };

  test("a look at the path while the Pod works that finds no write node of its run", () => {
    const parts = { pods: [aPod(10, 14)] };
    expect(
      whatOf({ ...parts, looks: [look(11, 11.1, [`${writeNodePrefix("run")}0000000001`]), look(9, 10.5, []), look(13.9, 14.1, [])] }),
    ).toEqual([]);
    const bare = { ...parts, looks: [look(12, 12.1, [`${writeNodePrefix("other")}0000000001`])] };
    expect(whatOf(bare)).toEqual([expect.stringContaining("I2: no write node of run run stood on path one")]);
    expect(whatOf({ ...bare, interferences: [deleted("write node deleted", 11)] })).toEqual([]);
    expect(whatOf({ ...bare, control: true })).toEqual([]);
    const own = [`${writeNodePrefix("run")}0000000001`];
    expect(whatOf({ ...parts, looks: [...bare.looks, look(13, 13.1, own, 11)] })).toEqual([]);
    expect(whatOf({ ...parts, looks: [...bare.looks, look(13, 13.1, own, 12.5)] })).toEqual([expect.stringContaining("I2: ")]);
  });

  test("the longest time between two events of a processor", () => {
    const processors = [worker("any", [1, 2], [3, 4], [9, 10]), worker("batch", [1, 2], [5, 6])];
    expect(longestPause(processors)).toEqual({ processor: "any", from: 4n * second, ms: 5000 });
  });

  test("of many events exactly those that meet", () => {
    const { events } = worker("any", [1, 2], [3, 4], [5, 6], [7, 8]);
    expect(meeting(events, { start: at(4), end: at(5) })).toEqual(events.slice(1, 3));
    expect(meeting(events, { start: at(8.5), end: at(9) })).toEqual([]);
    expect(meeting(events, { start: at(0), end: at(99) })).toEqual(events);
  });
});
