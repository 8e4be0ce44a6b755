// The alarms against a model that has no heap and no timer: a table that is read from end to end.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ManualClock, manualClock } from "../../test/support/manual-clock.ts";
import { type Alarms, createAlarms } from "./timers.ts";

/** The longest that a step may go unnoticed. */
const CHECK = 5_000;

type Command =
  | { readonly do: "set"; readonly key: string; readonly inMs: number }
  | { readonly do: "delete"; readonly key: string }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "step"; readonly ms: number };

const key = fc.constantFrom("a", "b", "c", "d", "e", "f");
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("set" as const), key, inMs: fc.integer({ min: -1_000, max: 40_000 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 20_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("step" as const),
      ms: fc.oneof(fc.integer({ min: -86_400_000, max: -2_001 }), fc.integer({ min: 2_001, max: 86_400_000 })),
    }),
  },
);

interface Clockwork {
  readonly clock: ManualClock;
  readonly alarms: Alarms;
  readonly rung: { readonly key: string; readonly at: number }[];
  readonly steps: number[];
  readonly model: Map<string, number>;
}

function aClockwork(): Clockwork {
  const clock = manualClock();
  const rung: { readonly key: string; readonly at: number }[] = [];
  const steps: number[] = [];
  const ring = (key: string) => void rung.push({ key, at: clock.now() });
  return { clock, rung, steps, alarms: createAlarms({ clock, ring, onClockStep: (ms) => steps.push(ms) }), model: new Map() };
}

const sorted = (texts: readonly string[]) => texts.toSorted();

/** What the model rings until that instant, taken out of it. */
function modelRings(model: Map<string, number>, from: number, until: number): readonly string[] {
  const due = [...model].filter(([, at]) => at <= until);
  for (const [key] of due) model.delete(key);
  return due.map(([key, at]) => `${key} at ${Math.max(from, at)}`);
}

async function carryOut(command: Command, { clock, alarms, rung, steps, model }: Clockwork): Promise<void> {
  const from = clock.now();
  switch (command.do) {
    case "set":
      alarms.set(command.key, from + command.inMs);
      model.set(command.key, Math.min(from + command.inMs, model.get(command.key) ?? Number.POSITIVE_INFINITY));
      return;
    case "delete":
      alarms.delete(command.key);
      model.delete(command.key);
      return;
    case "wait": {
      await clock.advance(command.ms);
      const rings = rung.splice(0).map(({ key, at }) => `${key} at ${at}`);
      expect(sorted(rings)).toEqual(sorted(modelRings(model, from, clock.now())));
      return;
    }
    case "step": {
      clock.step(command.ms);
      await clock.advance(CHECK);
      expect(sorted(rung.splice(0).map(({ key }) => key))).toEqual(sorted([...model.keys()]));
      expect(steps.splice(0)).toEqual(model.size === 0 ? [] : [command.ms]);
      model.clear();
      return;
    }
  }
}

test("whatever is set, deleted, waited for and stepped, they ring as the model does, with one timer at most", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
      const clockwork = aClockwork();
      for (const command of commands) {
        await carryOut(command, clockwork);
        const { clock, alarms, model, steps } = clockwork;
        expect([clock.waiting, steps]).toEqual([model.size === 0 ? 0 : 1, []]);
        expect(alarms.heapSize).toBeLessThanOrEqual(2 * model.size + 64);
      }
    }),
    { numRuns: 300 },
  );
});
