// What the nemesis does, and when: a pure function of the seed, so that a seed that found something finds it again (as far as
// the machine's own timing lets it).
//
// Storms of faults and calms take turns: in a storm nothing may break, in a calm windows come to their end. The kinds are dealt
// from shuffled decks, so that each of them comes up about as often as any other.
import { type FaultKind, kinds, traitsOf } from "./kinds.ts";
import { type Chance, chanceOf } from "./random.ts";

export interface PlannedFault {
  readonly kind: FaultKind;
  /** Whom it strikes. */
  readonly target: string;
  /** Milliseconds from the start. */
  readonly atMs: number;
  /** How long it lasts; 0: it is over at once. */
  readonly forMs: number;
  /** It waits (for some seconds) until a Job begins to run. */
  readonly aimed: boolean;
  /** From 0 up to 1: for what is chosen only when it strikes. */
  readonly choice: number;
}

const stormMs = 25_000;
const calmMs = 15_000;
const gapMs: readonly [number, number] = [800, 3500];
/** Everything works once before the first storm. */
const firstMs = 5000;

export function planOf(seed: number, minutes: number, allowed: readonly FaultKind[] = kinds): readonly PlannedFault[] {
  const chance = chanceOf(seed);
  const endMs = minutes * 60_000 - calmMs;
  const faults: PlannedFault[] = [];
  let deck: readonly FaultKind[] = [];
  for (let atMs = firstMs; atMs < endMs; atMs = next(atMs, chance)) {
    if (deck.length === 0) deck = chance.shuffled(allowed);
    const [kind, ...rest] = deck;
    deck = rest;
    if (kind !== undefined) faults.push(faultOf(kind, Math.round(atMs), chance));
  }
  return faults;
}

function faultOf(kind: FaultKind, atMs: number, chance: Chance): PlannedFault {
  const { targets, lastsMs, aimed } = traitsOf(kind);
  const forMs = lastsMs === undefined ? 0 : Math.round(chance.between(...lastsMs));
  return { kind, target: chance.pick(targets), atMs, forMs, aimed: chance.next() < aimed, choice: chance.next() };
}

function next(atMs: number, chance: Chance): number {
  const then = atMs + chance.between(...gapMs);
  const round = Math.floor((then - firstMs) / (stormMs + calmMs));
  const within = then - firstMs - round * (stormMs + calmMs);
  return within < stormMs ? then : firstMs + (round + 1) * (stormMs + calmMs);
}
