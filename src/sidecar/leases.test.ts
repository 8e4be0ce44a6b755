import { describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import type { GateState } from "../processor/index.ts";
import { silentLog } from "../shared/log.ts";
import type { Tokens } from "./joint-gate.ts";
import { Leases } from "./leases.ts";

interface TestedDoor {
  state: GateState;
  tokens: Tokens;
  /** How many units of work entered and did not leave. */
  inside: number;
  tryEnter(): boolean;
  leave(): void;
  onChange(listener: () => void): () => void;
  to(state: GateState, tokens?: Tokens): void;
}

/** A door that the test opens and closes, on a clock that only the test moves. */
function aDoor({ most = 10, drainTimeoutMs = Number.POSITIVE_INFINITY } = {}) {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  const running = manualClock();
  let stoppedMs = 0;
  const clock = { ...running, monotonic: () => running.monotonic() + stoppedMs };
  const listeners: (() => void)[] = [];
  const door: TestedDoor = {
    state: "open",
    tokens: [7n],
    inside: 0,
    tryEnter() {
      if (door.state !== "open") return false;
      door.inside++;
      return true;
    },
    leave() {
      door.inside--;
    },
    onChange(listener: () => void) {
      listeners.push(listener);
      return () => {};
    },
    to(state: GateState, tokens = door.tokens) {
      door.state = state;
      door.tokens = tokens;
      for (const listener of listeners) listener();
    },
  };
  /** The process is stopped for so long: its timers come late. */
  const stop = (ms: number) => {
    stoppedMs += ms;
  };
  return { clock, stop, door, warnings, leases: new Leases({ door, clock, log, most, drainTimeoutMs }) };
}

const kindOf = ({ kind }: ReturnType<Leases["put"]>) => kind;

describe("a lease", () => {
  test("is in the gate from its grant until it is given back, once", () => {
    const { door, leases } = aDoor();
    expect([kindOf(leases.put("a", 1000)), door.inside]).toEqual(["granted", 1]);
    expect([leases.end("a"), door.inside]).toEqual([true, 0]);
    expect([leases.end("a"), door.inside]).toEqual([false, 0]);
  });

  test("that is renewed ends later, and one that is not ends when its time is over", async () => {
    const { clock, door, leases } = aDoor();
    leases.put("a", 1000);
    leases.put("b", 1000);
    await clock.advance(900);
    expect(kindOf(leases.put("a", 1000))).toBe("renewed");
    await clock.advance(200);
    expect([door.inside, leases.list().map(({ id }) => id)]).toEqual([1, ["a"]]);
    await clock.advance(900);
    expect([door.inside, leases.size]).toEqual([0, 0]);
  });

  test("with a short time ends before one with a long time that was granted first", async () => {
    const { clock, leases } = aDoor();
    leases.put("long", 60_000);
    leases.put("short", 500);
    await clock.advance(600);
    expect(leases.size).toBe(1);
    expect(leases.list()).toMatchObject([{ id: "long", leftMs: 59_400 }]);
  });

  test("whose time is over is not renewed, even if nobody looked since", () => {
    const { stop, door, leases } = aDoor();
    leases.put("a", 1000);
    stop(1000);
    door.to("draining");
    expect(kindOf(leases.put("a", 1000))).toBe("closed");
    expect([door.inside, leases.end("a")]).toEqual([0, false]);
  });

  test("is granted to no more than the limit, and renewed at it", () => {
    const { door, leases } = aDoor({ most: 2 });
    expect(["a", "b", "c", "a"].map((id) => kindOf(leases.put(id, 1000)))).toEqual(["granted", "granted", "full", "renewed"]);
    expect(door.inside).toBe(2);
  });

  test("is not granted at a closed door, and renewed at one that drains", () => {
    const { door, leases } = aDoor();
    leases.put("a", 1000);
    door.to("draining");
    expect([kindOf(leases.put("a", 1000)), kindOf(leases.put("b", 1000))]).toEqual(["renewed", "closed"]);
  });

  test("is endangered while ZooKeeper is silent, and lost once its lock was", () => {
    const { door, leases } = aDoor();
    leases.put("a", 1000);
    door.to("suspended");
    expect(leases.find("a")?.lock).toBe("endangered");
    door.to("open");
    expect(leases.find("a")?.lock).toBe("held");
    door.to("connecting", [undefined]);
    expect(leases.find("a")?.lock).toBe("lost");
    door.to("open", [8n]);
    expect([leases.find("a")?.lock, kindOf(leases.put("a", 1000))]).toEqual(["lost", "lost"]);
    expect([leases.end("a"), kindOf(leases.put("a", 1000))]).toEqual([true, "granted"]);
  });
});

describe("the drain timeout", () => {
  test("ends the leases that are left, and none that were granted after the door opened again in time", async () => {
    const { clock, door, leases } = aDoor({ drainTimeoutMs: 5000 });
    leases.put("a", 60_000);
    door.to("draining");
    await clock.advance(4999);
    door.to("open");
    await clock.advance(5000);
    expect(leases.size).toBe(1);
    door.to("draining");
    door.to("suspended");
    await clock.advance(5000);
    expect([leases.size, door.inside]).toEqual([0, 0]);
  });

  test("says nothing where the leases had ended by then", async () => {
    const { clock, door, warnings, leases } = aDoor({ drainTimeoutMs: 5000 });
    leases.put("a", 60_000);
    door.to("draining");
    leases.end("a");
    await clock.advance(5000);
    expect(warnings).toEqual([]);
  });
});
