// The settings that are explored, by name. Those of `ci` are explored in every `npm test`; the others take minutes to hours:
// `npm run model -- --setting NAME`. docs/model.md says how many states each has.
import type { ActOfPeople, ProcessorKind, Setting } from "./setting.ts";
import { calm, fiveReads, oneLook } from "./setting.ts";
import { harmless } from "./shortcuts.ts";

/** A gate and a lock that do not trust the signal alone: for settings in which people delete it. */
export const distrustful: readonly ProcessorKind[] = [
  { mode: "any", path: "P" },
  { mode: "curator", path: "P" },
];
const onBothPaths: readonly ProcessorKind[] = [
  { mode: "any", path: "P" },
  { mode: "signalled", path: "Q" },
];
export const trusting: readonly ProcessorKind[] = [{ mode: "signalled", path: "P" }];

/** They look at no signal; they read, and release. */
const readers: readonly ProcessorKind[] = [
  { mode: "curator", path: "P" },
  { mode: "curator", path: "P" },
];
const readersOfBoth: readonly ProcessorKind[] = [
  { mode: "curator", path: "P" },
  { mode: "curator", path: "Q" },
];

const toZnodes: readonly ActOfPeople[] = ["delete signal", "overwrite signal", "delete write node"];
const toJobs: readonly ActOfPeople[] = ["delete Job", "orphan Job", "strip Job", "unsuspend Job"];
const toWindows: readonly ActOfPeople[] = ["delete window", "strip window"];

export type Changes = Partial<Omit<Setting, "name">>;

const ci = {
  core: { expiries: 2 },
  "five reads": { look: fiveReads, expiries: 1 },
  "drain timeout": { look: oneLook, expiries: 1, clock: ["drain"], failsEarly: true },
  "drain timeout, evict": { look: oneLook, expiries: 1, clock: ["drain", "drain"], drainPolicy: "Evict", processors: trusting },
  "processors' sessions": { expiries: 1, processorExpiries: 1, processors: distrustful },
  "znodes deleted": { look: oneLook, expiries: 1, acts: 1, people: toZnodes, processors: distrustful },
  "Jobs deleted": { look: oneLook, expiries: 1, acts: 1, people: toJobs, latePods: true },
  "Jobs suspended": { look: oneLook, acts: 2, people: ["suspend Job", "unsuspend Job"], clock: ["window"], processors: trusting },
  "windows deleted": { look: oneLook, expiries: 1, acts: 1, people: toWindows },
  "locks abandoned": { look: oneLook, acts: 2, people: ["delete window", "abandon locks"], outages: true, processors: trusting },
  "two windows": { look: oneLook, expiries: 1, locks: [["P"], ["P"]] },
  "two paths": { look: oneLook, locks: [["P", "Q"], ["Q"]], processors: onBothPaths },
  "two paths, one lost": {
    look: oneLook,
    expiries: 1,
    locks: [
      ["P", "Q"],
      ["P", "Q"],
    ],
    processors: onBothPaths,
  },
  "several Pods": { look: oneLook, expiries: 1, podsPerJob: 2, failsEarly: true },
  "exclusivity lost, go on": { look: oneLook, acts: 1, people: toZnodes, policy: "Continue", podsPerJob: 2, processors: distrustful },
  "foreign writer": { look: oneLook, expiries: 1, foreignWriter: true, processors: distrustful },
  "no signals": { expiries: 2, signals: false, processors: readers },
  "no signals, write node deleted": {
    ...{ look: oneLook, expiries: 1, acts: 1, people: ["delete write node", "delete window"], signals: false, processors: readers },
  },
  "no signals, two windows": {
    ...{ look: oneLook, expiries: 1, signals: false, processors: readersOfBoth },
    locks: [
      ["P", "Q"],
      ["P", "Q"],
    ],
  },
  "windows deleted, two reads": { expiries: 1, acts: 1, people: toWindows },
  "Jobs deleted, five reads": { look: fiveReads, acts: 1, people: ["delete Job", "strip Job"], latePods: true, processors: trusting },
} as const satisfies Record<string, Changes>;

const large = {
  "drain timeout, two reads": { expiries: 1, clock: ["drain", "window"], failsEarly: true },
  "drain timeout, evict two": { look: oneLook, expiries: 1, clock: ["drain", "drain"], drainPolicy: "Evict", processors: distrustful },
  "znodes deleted, two reads": { expiries: 1, acts: 1, people: toZnodes, processors: distrustful },
  "Jobs deleted, two reads": { expiries: 1, acts: 1, people: toJobs, latePods: true },
  "Jobs deleted twice": { look: oneLook, expiries: 1, acts: 2, people: toJobs, latePods: true },
  "all people": { look: oneLook, expiries: 1, acts: 2, people: [...toZnodes, ...toJobs, ...toWindows], processors: distrustful },
  "windows deleted, two windows": {
    ...{ look: oneLook, expiries: 1, locks: [["P"], ["P"]], processors: trusting },
    ...{ acts: 1, people: toWindows },
  },
  "foreign writer, signal deleted": {
    ...{ look: oneLook, acts: 1, people: ["delete signal"], clock: ["window"], foreignWriter: true, processors: distrustful },
  },
  "two windows, two reads": { expiries: 1, locks: [["P"], ["P"]], processors: trusting },
  // A shortcut that is not wrong: docs/model.md.
  "recorded is ended": { look: oneLook, acts: 2, people: toJobs, latePods: true, shortcut: harmless["recorded is ended"] },
} as const satisfies Record<string, Changes>;

export interface Bounded {
  readonly setting: Setting;
  readonly ci: boolean;
}

export function settingOf(name: string, changes: Changes): Setting {
  return { ...calm, ...changes, name };
}

export const settings: readonly Bounded[] = [
  ...Object.entries(ci).map(([name, changes]) => ({ setting: settingOf(name, changes), ci: true })),
  ...Object.entries(large).map(([name, changes]) => ({ setting: settingOf(name, changes), ci: false })),
];
