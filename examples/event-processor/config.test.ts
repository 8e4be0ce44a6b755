import { describe, expect, test } from "vitest";
import { readConfig } from "./config.ts";

const env = { ZOOKEEPER: "zk:2181", LOCK_PATH: "/orders/processing" };

describe("readConfig", () => {
  test("has a default for all but the ensemble and the lock path", () => {
    expect(readConfig(env, [])).toEqual({
      zookeeper: "zk:2181",
      lockPath: "/orders/processing",
      signalPath: "/orders/processing-signal",
      eventsPerSecond: 333,
      port: 8080,
      keptRecords: 1_000_000,
      ignoreGate: false,
    });
  });

  test("ignores the gate when asked by variable or argument", () => {
    expect(readConfig({ ...env, CONTROL: "1" }, []).ignoreGate).toBe(true);
    expect(readConfig(env, ["--ignore-gate"]).ignoreGate).toBe(true);
  });

  test("names everything that is wrong at once", () => {
    expect(() => readConfig({ EVENTS_PER_SECOND: "fast" }, [])).toThrow(
      /LOCK_PATH is not set; ZOOKEEPER is not set; EVENTS_PER_SECOND is "fast"/,
    );
  });
});
