// Every course of an instance that a few batches can take, whatever others do meanwhile: what must never happen does not.
import { describe, expect, test } from "vitest";
import { type BatchState, decide, type Facts, type Limits, type Step } from "./decide.ts";

const facts = (states: Readonly<Record<string, BatchState>>, more: Partial<Facts> = {}): Facts => ({
  batches: new Map(Object.entries(states)),
  listedAgain: undefined,
  holdsChooser: true,
  connected: true,
  ending: false,
  ...more,
});
const limits: Limits = { simultaneousProcesses: 1, queue: 2, keepChooser: false };
const again = (...ids: readonly string[]) => ({ listedAgain: new Set(ids) });

test.each<{ name: string; facts: Facts; step: Step; limits?: Partial<Limits> }>([
  { name: "locks in the order of the list", facts: facts({ a: "held", b: "listed", c: "listed" }), step: { kind: "lock", batch: "b" } },
  { name: "locks nothing while the connection is away", facts: facts({ a: "listed" }, { connected: false }), step: { kind: "wait" } },
  { name: "passes over what others have", facts: facts({ a: "passedOver", b: "listed" }), step: { kind: "lock", batch: "b" } },
  { name: "asks again once the queue is full", facts: facts({ a: "held", b: "held", c: "listed" }), step: { kind: "askAgain" } },
  { name: "asks again once all were tried", facts: facts({ a: "held", b: "passedOver" }), step: { kind: "askAgain" } },
  { name: "does not ask again where nothing was had", facts: facts({ a: "passedOver" }), step: { kind: "releaseChooser" } },
  {
    name: "lets go of what is no longer listed, before anything starts",
    facts: facts({ a: "held", b: "held" }, again("a")),
    step: { kind: "letGo", batch: "b" },
  },
  {
    name: "lets go of the component's lock before anything starts",
    facts: facts({ a: "held" }, again("a")),
    step: { kind: "releaseChooser" },
  },
  {
    name: "keeps the component's lock while it works, if told to",
    facts: facts({ a: "held" }, again("a")),
    limits: { keepChooser: true },
    step: { kind: "start", batch: "a" },
  },
  {
    name: "starts nothing while the connection is away",
    facts: facts({ a: "held" }, { ...again("a"), holdsChooser: false, connected: false }),
    step: { kind: "wait" },
  },
  {
    name: "starts no more than may run at once",
    facts: facts({ a: "running", b: "held" }, { ...again("a", "b"), holdsChooser: false }),
    step: { kind: "wait" },
  },
  {
    name: "starts nothing once it is told to end",
    facts: facts({ a: "held" }, { ...again("a"), holdsChooser: false, ending: true }),
    step: { kind: "skip", batch: "a" },
  },
  {
    name: "waits for what runs when it is told to end",
    facts: facts({ a: "running" }, { ...again("a"), holdsChooser: false, ending: true }),
    step: { kind: "wait" },
  },
])("$name", ({ facts: given, step, limits: own }) => {
  expect(decide(given, { ...limits, ...own })).toEqual(step);
});

/** What a step makes of the facts, in every way in which others may have a say in it. */
function outcomes(given: Facts, step: Step): readonly Facts[] {
  const to = (batch: string, state: BatchState): Facts => ({ ...given, batches: new Map([...given.batches, [batch, state]]) });
  switch (step.kind) {
    case "lock":
      return [to(step.batch, "held"), to(step.batch, "passedOver"), to(step.batch, "over")];
    case "start":
      return [to(step.batch, "running")];
    case "skip":
    case "letGo":
      return [to(step.batch, "over")];
    case "askAgain":
      return [again("a", "b", "c"), again("b"), again("a", "d"), { ending: true }].map((more) => ({ ...given, ...more }));
    case "releaseChooser":
      return [{ ...given, holdsChooser: false }];
    default:
      return [];
  }
}

/** What happens by itself: work ends, a held lock is lost, the connection goes and comes, somebody says stop. */
function events(given: Facts): readonly Facts[] {
  const own = [...given.batches].filter(([, state]) => state === "running" || state === "held");
  const ends = own.map(([batch]): Facts => ({ ...given, batches: new Map([...given.batches, [batch, "over"]]) }));
  return [...ends, { ...given, connected: !given.connected }, ...(given.ending ? [] : [{ ...given, ending: true }])];
}

const keyOf = ({ batches, listedAgain, ...rest }: Facts) =>
  JSON.stringify([...batches, listedAgain && [...listedAgain], Object.values(rest)]);
const inState = ({ batches }: Facts, state: BatchState) => [...batches].filter(([, its]) => its === state).map(([batch]) => batch);

describe.each([1, 2, 3].flatMap((simultaneousProcesses) => [1, 2, 3].map((queue) => ({ simultaneousProcesses, queue }))))(
  "with $simultaneousProcesses at once of a queue of $queue",
  (counts) => {
    test.each([{ keepChooser: false }, { keepChooser: true }])("in every course, keepChooser $keepChooser", ({ keepChooser }) => {
      const own: Limits = { ...counts, keepChooser };
      const seen = new Set<string>();
      const open = [facts({ a: "listed", b: "listed", c: "listed" })];
      for (let given = open.pop(); given !== undefined; given = open.pop()) {
        if (seen.has(keyOf(given))) continue;
        seen.add(keyOf(given));
        const step = decide(given, own);
        check(given, step, own);
        open.push(...outcomes(given, step), ...events(given));
      }
      expect(seen.size).toBeGreaterThan(100);
    });
  },
);

function check(given: Facts, step: Step, own: Limits): void {
  const shown = `${keyOf(given)} ${JSON.stringify(step)}`;
  const [running, held] = [inState(given, "running"), inState(given, "held")];
  expect(running.length, shown).toBeLessThanOrEqual(own.simultaneousProcesses);
  expect(running.length + held.length, shown).toBeLessThanOrEqual(own.queue);
  if (step.kind === "start") {
    expect(given, shown).toMatchObject({ connected: true, ending: false, holdsChooser: own.keepChooser });
    expect(given.listedAgain?.has(step.batch), shown).toBe(true);
    expect(held, shown).toContain(step.batch);
  }
  if (step.kind === "lock" || step.kind === "askAgain") expect(given, shown).toMatchObject({ holdsChooser: true, listedAgain: undefined });
  if (step.kind === "end") expect([running, held, given.holdsChooser], shown).toEqual([[], [], false]);
  // Nothing waits for what never comes.
  if (step.kind === "wait") expect(running.length > 0 || !given.connected, shown).toBe(true);
}
