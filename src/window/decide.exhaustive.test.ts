// The whole product of facts, unknown ones included, against what must hold of every decision.
import { beforeAll, describe, expect, test } from "vitest";
import { everyLook } from "../../test/support/every-look.ts";
import { everyLateDrain, lateDrainRules } from "../../test/support/late-drains.ts";
import { rules } from "../../test/support/machine-rules.ts";
import { decide } from "./decide.ts";
import type { Observed } from "./observed.ts";

const situations = [
  "Blind",
  "Unfinalized",
  "Ending",
  "Ended",
  "To be stopped",
  "Stopping",
  "Hopeless",
  "Without Job",
  "Job unnamed",
  "Held back",
  "Unqueued",
  "Draining",
  "Drained",
  "Unsignalled",
  "Not first",
  "Without token",
  "Exclusive",
  "Paused by user",
  "Pod gated",
  "Running",
  "Unguarded",
  "Unreleased",
  "Job finalized",
  "Released",
];

describe("every mix of facts of an active run", () => {
  const broken = new Map<string, Observed>();
  const met = new Set<string>();
  let count = 0;

  beforeAll(() => {
    for (const o of everyLook()) {
      const decided = decide(o);
      count++;
      met.add(decided.situation.at);
      for (const [name, holds] of rules) if (!broken.has(name) && !holds(o, decided)) broken.set(name, o);
    }
  }, 300_000);

  test("is a mix of more than a million", () => expect(count).toBeGreaterThan(1_000_000));

  test.each(rules.map(([name]) => name))("%s", (name) => {
    expect(broken.get(name)).toBeUndefined();
  });

  test("leads to every situation but the one that only time tells", () => {
    expect([...met].sort()).toEqual([...situations].sort());
  });
});

describe("every mix of facts of a drain that takes long", () => {
  const broken = new Map<string, Observed>();
  const met = new Set<string>();
  const all = [...rules, ...lateDrainRules];

  beforeAll(() => {
    for (const o of everyLateDrain()) {
      const decided = decide(o);
      met.add(decided.situation.at);
      for (const [name, holds] of all) if (!broken.has(name) && !holds(o, decided)) broken.set(name, o);
    }
  });

  test.each(all.map(([name]) => name))("%s", (name) => {
    expect(broken.get(name)).toBeUndefined();
  });

  test("leads to each of its situations", () => {
    expect([...met]).toEqual(expect.arrayContaining(["Draining", "Revocable", "Overdue", "To be evicted", "Hopeless", "Drained"]));
  });
});
