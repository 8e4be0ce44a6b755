import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";
import { settingsOf } from "./options.ts";

const least = { zookeeper: "zk:2181", lockPath: "/orders/processing" };

describe("the options of a gate", () => {
  test("need no more than the servers and the lock path", () => {
    expect(settingsOf(least, { POD_IP: "10.1.2.3" })).toMatchObject({
      signalPath: "/orders/processing-signal",
      sessionTimeoutMs: 30_000,
      owner: "10.1.2.3",
      writers: "any",
    });
  });

  test("take what is said", () => {
    const said = { ...least, signalPath: "/orders/stop", sessionTimeoutMs: 6000, owner: "worker-7", writers: "signalled" as const };
    expect(settingsOf(said, { POD_IP: "10.1.2.3" })).toMatchObject(said);
  });

  test("take files of TLS and of the login, and read none of them", () => {
    const said = { ...least, tls: { ca: "/no/ca", cert: "/no/cert", key: "/no/key" }, auth: { digest: { file: "/no/digest" } } };
    expect(settingsOf(said, {})).toMatchObject(said);
  });

  test.each([{ POD_IP: undefined }, { POD_IP: "" }, {}])("name this host's address where there is no pod's (%j)", (environment) => {
    expect(settingsOf(least, environment).owner).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  });

  test("bring a fresh canonical uuid each time", () => {
    const { uuid } = settingsOf(least, {});
    const [first, second] = [uuid(), uuid()];
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(first).not.toBe(second);
  });

  test.each([
    { what: "no servers", options: { ...least, zookeeper: " " }, says: "" },
    { what: "a lock path that is not absolute", options: { ...least, lockPath: "orders" }, says: "not absolute" },
    { what: "a signal below the lock path", options: { ...least, signalPath: "/orders/processing/signal" }, says: "stands below" },
    { what: "a lock without a signal", options: { ...least, signalPath: "" }, says: "nobody would ask the gate" },
    { what: "the lock path as signal", options: { ...least, signalPath: "/orders/processing" }, says: "a path of its own" },
    { what: "a session of half a second", options: { ...least, sessionTimeoutMs: 500 }, says: "1000 or more" },
    { what: "a session of no number", options: { ...least, sessionTimeoutMs: Number.NaN }, says: "1000 or more" },
    { what: "a certificate without its key", options: { ...least, tls: { ca: "/ca", cert: "/cert" } }, says: "both cert and key" },
    { what: "an owner of a page", options: { ...least, owner: "x".repeat(257) }, says: "at most 256" },
  ])("are refused with $what", ({ options, says }) => {
    expect(() => settingsOf(options, {})).toThrow(says);
  });
});

describe("the wait before the next attempt", () => {
  test("doubles up to ten seconds, with half of it left to chance", () => {
    expect([0, 1, 2, 6, 7, 50].map((failures) => backoffMs(failures, () => 0))).toEqual([50, 100, 200, 3200, 5000, 5000]);
    expect(backoffMs(2, () => 0.5)).toBe(300);
  });

  test("is never nothing and never longer than ten seconds", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, random) => {
        const ms = backoffMs(failures, () => random);
        expect(ms >= 50 && ms <= 10_000).toBe(true);
      }),
    );
  });
});
