import { describe, expect, test } from "vitest";
import { drainMs } from "./drain.ts";
import { type Findings, lastLine, summary } from "./summary.ts";

const processors = [
  { pod: "a", before: 1000, during: 0, after: 700, pauseMs: 13_000 },
  { pod: "b", before: 900, during: 0, after: 600, pauseMs: 13_260 },
];
const findings: Findings = {
  verdict: { pass: true, overlap: 0, reasons: [], processors, jobMs: 12_010 },
  control: false,
  drainMs: 7.25,
  server: { events: 4000, requests: 0, heartbeats: 3 },
  token: "77",
};

describe("the summary", () => {
  test("ends in one line with the sums and the longest pause", () => {
    expect(lastLine(findings)).toBe("demo: PASS overlap=0 before=1900 after=1300 drain=7.3ms pause=13.3s job=12.0s requests-per-event=0");
  });

  test("says unknown for what is not known, never a number", () => {
    const verdict = { pass: false, overlap: undefined, reasons: ["the Job logged no end"], processors: [], jobMs: undefined };
    const line = lastLine({ ...findings, verdict, drainMs: undefined, server: undefined });
    expect(line).toBe("demo: FAIL overlap=unknown before=0 after=0 drain=unknown pause=unknown job=unknown requests-per-event=unknown");
  });

  test("shows every processor, every reason, and what a control run is", () => {
    const verdict = { ...findings.verdict, pass: false, overlap: 5, reasons: ["5 events were being handled while the Job ran"] };
    const text = summary({ ...findings, verdict, control: true }).join("\n");
    expect(text).toMatch(/a +1000 +0 +700 +13\.0 s/);
    expect(text).toContain("- 5 events were being handled while the Job ran");
    expect(text).toContain("this was the control run");
    expect(summary({ ...findings, verdict }).join("\n")).not.toContain("control");
  });
});

describe("drainMs", () => {
  const gate = (shut: bigint, released: bigint) => [
    { state: "open", atNs: "1" },
    { state: "draining", atNs: String(shut) },
    { state: "paused", atNs: String(released) },
    { state: "open", atNs: "90000000" },
    { state: "draining", atNs: "91000000" },
  ];

  test("spans from the first gate that shut to the last that released, before the Job", () => {
    expect(drainMs([gate(10_000_000n, 12_000_000n), gate(11_000_000n, 15_500_000n)], 50_000_000n)).toBe(5.5);
  });

  test("is unknown where a gate did not pause, or there is none", () => {
    expect(drainMs([gate(10n, 12n), [{ state: "open", atNs: "1" }]], 50_000_000n)).toBeUndefined();
    expect(drainMs([], 50n)).toBeUndefined();
  });
});
