// The figures of a run, as lines for people, and the one line for whoever counts. Pure.

import type { RunSeen } from "./attendants.ts";
import type { Judgement } from "./judge.ts";
import type { Toll } from "./nemesis.ts";

export interface Figures {
  readonly seed: number;
  readonly minutes: number;
  readonly control: boolean;
  readonly events: number;
  readonly processors: number;
  /** Runs whose Job has worked. */
  readonly windowsRun: number;
  readonly runs: readonly RunSeen[];
  readonly toll: Pick<Toll, "injected" | "idle">;
  readonly judgement: Judgement;
  readonly orphans: readonly string[];
  readonly idle: readonly string[];
  readonly longestPause: { readonly processor: string; readonly ms: number; readonly at: string } | undefined;
}

/** Why the run is a FAIL; empty on a PASS. */
export function reasons({ judgement, orphans, idle, runs, windowsRun }: Figures): readonly string[] {
  const unended = runs.filter(({ result }) => result === undefined).map(({ id, window }) => `I4: run ${id} of ${window} did not end`);
  return [
    ...(windowsRun === 0 ? ["no window ran: nothing was tried"] : []),
    ...judgement.violations.map(({ what }) => what),
    ...orphans.map((what) => `I5: left behind: ${what}`),
    ...idle.map((what) => `I4: does not work again: ${what}`),
    ...unended,
  ];
}

export function overlapsOf({ judgement }: Figures): { readonly counted: number; readonly excused: ReadonlyMap<string, number> } {
  const excused = new Map<string, number>();
  for (const { excuse } of judgement.overlaps) if (excuse !== undefined) excused.set(excuse, (excused.get(excuse) ?? 0) + 1);
  return { counted: judgement.overlaps.filter(({ excuse }) => excuse === undefined).length, excused };
}

export function lines(figures: Figures): readonly string[] {
  const { counted, excused } = overlapsOf(figures);
  const { runs, toll, longestPause: pause } = figures;
  const results = tally(runs.map(({ result }) => result ?? "not over"));
  return [
    `seed            ${figures.seed}, ${figures.minutes} minutes${figures.control ? ", control: the naive recipe" : ""}`,
    `windows run     ${figures.windowsRun} Jobs worked; runs: ${listed(results)}`,
    `faults injected ${sum(toll.injected)}; found nothing to strike: ${sum(toll.idle)}`,
    ...[...toll.injected].toSorted(([a], [b]) => a.localeCompare(b)).map(([kind, n]) => `  ${String(n).padStart(4)}  ${kind}`),
    `events          ${figures.events} in ${figures.processors} processors`,
    `overlaps        ${counted}${excused.size === 0 ? "" : `; not promised and not counted: ${listed(excused)}`}`,
    `Jobs run twice  ${figures.judgement.twice}`,
    `orphans left    ${figures.orphans.length}`,
    `longest pause   ${pause === undefined ? "?" : `${(pause.ms / 1000).toFixed(1)} s (${pause.processor}, from ${pause.at})`}`,
  ];
}

export function lastLine(figures: Figures): string {
  const { counted } = overlapsOf(figures);
  const word = reasons(figures).length === 0 ? "PASS" : "FAIL";
  const pause = figures.longestPause === undefined ? "?" : `${(figures.longestPause.ms / 1000).toFixed(1)}s`;
  const faults = sum(figures.toll.injected);
  return `chaos: ${word} seed=${figures.seed} windows=${figures.windowsRun} faults=${faults} events=${figures.events} overlaps=${counted} twice=${figures.judgement.twice} orphans=${figures.orphans.length} longest-pause=${pause}`;
}

function tally(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([word, n]) => `${n} ${word}`).join(", ") || "none";
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, n) => total + n, 0);
}
