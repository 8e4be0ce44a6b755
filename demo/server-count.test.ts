import { describe, expect, test } from "vitest";
import { countBetween, type ProcessorCount, parseCons, snapshotOf } from "./server-count.ts";

const session = "0x0000100000000001";

function stats(events: number, requests: number, heartbeats: number, of = session): ProcessorCount {
  return { session: of, events, requests, heartbeats };
}

const cons = (received: number) =>
  ` /127.0.0.1:41882[1](queued=0,recved=${received},sent=9,sid=0x100000000001,lop=PING,est=1,to=4000)\n /127.0.0.1:4000[0](queued=0,recved=1,sent=0)\n`;

function snapshot(events: number, requests: number, heartbeats: number, received = requests) {
  const now = [stats(events, requests, heartbeats)];
  const taken = snapshotOf(now, cons(received), now);
  if (taken === undefined) throw new Error("taken");
  return taken;
}

describe("the server's count", () => {
  test("reads packets by session and passes over connections without one", () => {
    expect([...parseCons(cons(31))]).toEqual([[session, 31]]);
  });

  test("is the server's packets less the heartbeats", () => {
    expect(countBetween(snapshot(100, 8, 2), snapshot(1100, 11, 4))).toEqual({ events: 1000, requests: 1, heartbeats: 2 });
  });

  test("is not taken while a processor sends", () => {
    expect(snapshotOf([stats(1, 8, 2)], cons(8), [stats(2, 9, 3)])).toBeUndefined();
  });

  const refused = [
    {
      what: "the server received other packets than were sent",
      to: () => snapshot(1100, 11, 4, 12),
      says: /sent 3 packets and ZooKeeper received 4/,
    },
    { what: "a session was replaced", to: () => ({ ...snapshot(1, 9, 2), processors: [stats(1, 9, 2, "0x2")] }), says: /was replaced/ },
    {
      what: "the server does not know a session",
      to: () => ({ ...snapshot(1, 9, 2), received: new Map() }),
      says: /no connection of session/,
    },
  ];
  test.each(refused)("is refused when $what", ({ to, says }) => {
    expect(() => countBetween(snapshot(100, 8, 2), to())).toThrow(says);
  });
});
