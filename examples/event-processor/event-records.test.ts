import { describe, expect, test } from "vitest";
import { EventRecords } from "./event-records.ts";

/** A clock that the test sets, in nanoseconds. */
function aClock(start: bigint) {
  const clock = { at: start };
  return {
    now: () => clock.at,
    to: (ns: bigint) => {
      clock.at = ns;
    },
  };
}

describe("EventRecords", () => {
  test("keeps starts and ends to the nanosecond, however long the machine has run", () => {
    const base = 2n ** 60n;
    const clock = aClock(base);
    const records = new EventRecords(clock.now, 10);
    clock.to(base + 1n);
    const first = records.begin();
    clock.to(base + 2n);
    records.begin();
    clock.to(base + 3n);
    records.end(first);
    expect(records.since(0)).toEqual({ baseNs: String(base), dropped: 0, from: 0, starts: [1, 2], ends: [3, -1] });
    expect(records.since(1)).toMatchObject({ from: 1, starts: [2], ends: [-1] });
    expect(records.inFlight).toBe(1);
  });

  test("drops the oldest when it is full, and says so", () => {
    const clock = aClock(0n);
    const records = new EventRecords(clock.now, 2);
    const events = [1n, 2n, 3n].map((at) => {
      clock.to(at);
      return records.begin();
    });
    clock.to(8n);
    records.end(events[0] ?? -1);
    expect(records.since(0).ends).toEqual([-1, -1]);
    clock.to(9n);
    for (const event of events.slice(1)) records.end(event);
    expect(records.since(0)).toMatchObject({ dropped: 1, from: 1, starts: [2, 3], ends: [9, 9] });
    expect(records).toMatchObject({ count: 3, inFlight: 0 });
  });

  test("counts the events of the last second", () => {
    const clock = aClock(0n);
    const records = new EventRecords(clock.now, 10);
    for (const at of [1n, 500_000_000n, 900_000_000n]) {
      clock.to(at);
      records.begin();
    }
    clock.to(1_200_000_000n);
    expect(records.lastSecond()).toBe(2);
    clock.to(3_000_000_000n);
    expect(records.lastSecond()).toBe(0);
  });
});
