import { describe, expect, test } from "vitest";
import type { JobInterval } from "./job-log.ts";
import { type Evidence, judge, type ProcessorRecords } from "./verdict.ts";

/** The Job works from 1000 to 2000 on the clock of the processors' records. */
const job: JobInterval = { starts: 1, startNs: 51_000n, endNs: 52_000n, bootId: "boot", token: "7" };

function records(pod: string, events: readonly (readonly [number, number])[], other: Partial<ProcessorRecords> = {}): ProcessorRecords {
  const [starts, ends] = [events.map((e) => e[0]), events.map((e) => e[1])];
  return { pod, bootId: "boot", instance: "i", firstInstance: "i", baseNs: 50_000n, starts, ends, dropped: 0, ...other };
}

const around = [
  [100, 200],
  [2500, 2600],
] as const;

function evidence(processors: readonly ProcessorRecords[], other: Partial<Evidence> = {}): Evidence {
  const server = { events: 900, requests: 0, heartbeats: 4 };
  return { job, processors, expectedProcessors: processors.length, server, ...other };
}

describe("judge", () => {
  test("passes when every event ends before the Job or starts after it", () => {
    const verdict = judge(evidence([records("a", around), records("b", [[0, 999], ...around, [2001, 2002]])]));
    expect(verdict).toMatchObject({ pass: true, overlap: 0, reasons: [], jobMs: 0.001 });
    expect(verdict.processors).toEqual([
      { pod: "a", before: 1, during: 0, after: 1, pauseMs: 0.0023 },
      { pod: "b", before: 2, during: 0, after: 2, pauseMs: 0.001002 },
    ]);
  });

  const edges = [
    { event: "ends one nanosecond before the Job starts", at: [500, 999], overlap: 0 },
    { event: "ends as the Job starts", at: [500, 1000], overlap: 1 },
    { event: "spans the Job's start", at: [500, 1001], overlap: 1 },
    { event: "lies within the Job", at: [1400, 1500], overlap: 1 },
    { event: "spans the whole Job", at: [500, 2500], overlap: 1 },
    { event: "starts as the Job ends", at: [2000, 2500], overlap: 1 },
    { event: "starts one nanosecond after the Job ends", at: [2001, 2500], overlap: 0 },
    { event: "started before the Job and never ended", at: [500, -1], overlap: 1 },
    { event: "started after the Job and never ended", at: [2001, -1], overlap: 0 },
  ] as const;
  test.each(edges)("an event that $event counts $overlap", ({ at, overlap }) => {
    const verdict = judge(evidence([records("a", [around[0], at, around[1]])]));
    expect(verdict.overlap).toBe(overlap);
    expect(verdict.pass).toBe(overlap === 0);
  });

  test("counts overlaps of all processors", () => {
    const both = [around[0], [1100, 1200], [1300, 1400], around[1]] as const;
    const verdict = judge(evidence([records("a", both), records("b", both)]));
    expect(verdict).toMatchObject({ pass: false, overlap: 4, reasons: ["4 events were being handled while the Job ran"] });
    expect(verdict.processors.map((p) => p.pauseMs)).toEqual([undefined, undefined]);
  });

  const failures: readonly { readonly of: string; readonly given: Evidence; readonly says: RegExp }[] = [
    {
      of: "a Job without a start",
      given: evidence([records("a", around)], { job: { ...job, startNs: undefined } }),
      says: /logged no start/,
    },
    { of: "a Job without an end", given: evidence([records("a", around)], { job: { ...job, endNs: undefined } }), says: /logged no end/ },
    { of: "a Job that started twice", given: evidence([records("a", around)], { job: { ...job, starts: 2 } }), says: /started 2 times/ },
    { of: "an empty Job", given: evidence([records("a", around)], { job: { ...job, endNs: 51_000n } }), says: /interval is empty/ },
    {
      of: "a Job without a token",
      given: evidence([records("a", around)], { job: { ...job, token: undefined } }),
      says: /no fencing token/,
    },
    { of: "another boot", given: evidence([records("a", around), records("b", around, { bootId: "x" })]), says: /b ran on another boot/ },
    { of: "a restart", given: evidence([records("a", around, { instance: "j" })]), says: /a restarted/ },
    { of: "dropped records", given: evidence([records("a", around, { dropped: 3 })]), says: /first 3 records/ },
    { of: "lost ends", given: evidence([records("a", around, { ends: [200] })]), says: /2 starts and 1 ends/ },
    { of: "a missing processor", given: evidence([records("a", around)], { expectedProcessors: 3 }), says: /1 processors instead of 3/ },
    { of: "no event before", given: evidence([records("a", [around[1]])]), says: /no event before/ },
    { of: "no event after", given: evidence([records("a", [around[0]])]), says: /no event after/ },
    { of: "no counters", given: evidence([records("a", around)], { server: undefined }), says: /counters could not be read/ },
    {
      of: "counters over no event",
      given: evidence([records("a", around)], { server: { events: 0, requests: 0, heartbeats: 0 } }),
      says: /no event was handled while/,
    },
    {
      of: "requests during events",
      given: evidence([records("a", around)], { server: { events: 900, requests: 2, heartbeats: 0 } }),
      says: /received 2 requests during 900 events/,
    },
  ];
  test.each(failures)("fails for $of, with that reason alone", ({ given, says }) => {
    const verdict = judge(given);
    expect(verdict.pass).toBe(false);
    expect(verdict.reasons).toHaveLength(1);
    expect(verdict.reasons[0]).toMatch(says);
  });

  test("says no overlap at all where there is no interval to compare with", () => {
    for (const endNs of [undefined, 51_000n, 50_000n]) {
      expect(judge(evidence([records("a", around)], { job: { ...job, endNs } }))).toMatchObject({ overlap: undefined, processors: [] });
    }
  });

  test("does not count records of another machine's clock", () => {
    const verdict = judge(evidence([records("a", around), records("b", [[1400, 1500]], { bootId: "x" })]));
    expect(verdict).toMatchObject({ pass: false, overlap: 0 });
    expect(verdict.processors.map((p) => p.pod)).toEqual(["a"]);
  });
});
