// The whole state space of each small setting. Larger ones: `npm run model`; docs/model.md.
import { describe, expect, test } from "vitest";
import { explore } from "./explore.ts";
import { settings } from "./settings.ts";

const wellAbove = 2_000_000;

describe("from every state that two controllers, processors, expiries and people can bring about", () => {
  test.each(settings.filter(({ ci }) => ci).map(({ setting }) => [setting.name, setting] as const))(
    "nothing is broken and the end can be reached: %s",
    async (_name, setting) => {
      const explored = await explore(setting, { states: wellAbove });
      // The whole answer is compared, so that a failure shows the shortest way to what is wrong.
      expect(explored).toEqual({ kind: "whole", states: expect.any(Number), ends: expect.any(Number), edges: expect.any(Number) });
      // Settings that never get anywhere would prove nothing.
      expect(explored.states).toBeGreaterThan(5000);
    },
    120_000,
  );
});
