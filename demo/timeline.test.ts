import { describe, expect, test } from "vitest";
import { block, changeKey, plainLine, type Sight } from "./timeline.ts";

const sight: Sight = {
  elapsedMs: 12_340,
  processors: [
    { name: "a", state: "open", eventsPerSecond: 330, inFlight: 1 },
    { name: "bb", state: "draining", eventsPerSecond: 165, inFlight: 2 },
  ],
  zookeeper: { signal: "up", readers: 2, writer: "queued" },
  window: "Draining",
  job: "gated",
};
const [a, b] = sight.processors;
if (a === undefined || b === undefined) throw new Error("two processors");

describe("the timeline", () => {
  test("says everything in one plain line", () => {
    expect(plainLine(sight)).toBe(
      "  12.3 s  a open 330/s, bb draining 165/s | signal up | 2 read locks | write lock queued | window Draining | Job gated",
    );
  });

  test("draws a bar for each processor, as full as its rate", () => {
    const lines = block(sight, 330, 200);
    expect(lines[0]).toContain("signal up   2 read locks   write lock queued");
    expect(lines[1]).toContain(`  a   open      ${"█".repeat(20)}  330 events/s  1 in flight`);
    expect(lines[2]).toContain(`  bb  draining  ${"█".repeat(10)}${"·".repeat(10)}  165 events/s`);
  });

  test("keeps within the terminal", () => {
    expect(block(sight, 330, 30).every((line) => line.length <= 30)).toBe(true);
  });

  test("admits that ZooKeeper was not seen", () => {
    expect(plainLine({ ...sight, zookeeper: undefined })).toContain("| ZooKeeper ? |");
  });

  const changes: readonly { readonly what: string; readonly to: Sight; readonly shown: boolean }[] = [
    { what: "time and rate", to: { ...sight, elapsedMs: 1, processors: [{ ...a, eventsPerSecond: 329 }, b] }, shown: false },
    { what: "a processor's state", to: { ...sight, processors: [{ ...a, state: "closed" }, b] }, shown: true },
    { what: "a processor that stands still", to: { ...sight, processors: [{ ...a, eventsPerSecond: 0 }, b] }, shown: true },
    { what: "the signal", to: { ...sight, zookeeper: { signal: "down", readers: 2, writer: "queued" } }, shown: true },
    { what: "the write lock", to: { ...sight, zookeeper: { signal: "up", readers: 2, writer: "held" } }, shown: true },
    { what: "the window", to: { ...sight, window: "Exclusive" }, shown: true },
    { what: "the Job", to: { ...sight, job: "running" }, shown: true },
  ];
  test.each(changes)("a change of $what is a change: $shown", ({ to, shown }) => {
    expect(changeKey(to) !== changeKey(sight)).toBe(shown);
  });
});
