// Controls: the model must find what is wrong with each shortcut. A model that finds nothing here would find nothing in ours.
import { describe, expect, test } from "vitest";
import { type Explored, explore } from "./explore.ts";
import { fourReads, oneLook } from "./setting.ts";
import { type Changes, distrustful, settingOf, trusting } from "./settings.ts";
import { shortcuts } from "./shortcuts.ts";

interface Control extends Changes {
  /** What is found first, breadth first; "dead end": no promise is broken, but the end cannot be reached. */
  readonly finds: RegExp | "dead end";
}

const besideJob = /handles events while a Pod of . runs/;
const withoutLock = /a Pod of A runs without its lock/;

const controls: Readonly<Record<keyof typeof shortcuts, Control>> = {
  naive: { expiries: 1, finds: besideJob },
  "raise alone": { look: oneLook, expiries: 1, locks: [["P"], ["P"]], processors: trusting, finds: besideJob },
  "one path alone": {
    look: oneLook,
    expiries: 1,
    locks: [
      ["P", "Q"],
      ["P", "Q"],
    ],
    processors: trusting,
    finds: "dead end",
  },
  "evicted is gone": { look: oneLook, clock: ["drain"], drainPolicy: "Evict", processors: trusting, finds: withoutLock },
  "promote unchecked": { expiries: 1, finds: besideJob },
  "no fence": {
    look: oneLook,
    expiries: 1,
    acts: 1,
    people: ["delete signal", "delete write node"],
    processors: distrustful,
    finds: withoutLock,
  },
  "no fence without signals": {
    look: oneLook,
    expiries: 1,
    acts: 1,
    people: ["delete write node"],
    signals: false,
    processors: [{ mode: "curator", path: "P" }],
    finds: withoutLock,
  },
  "release first": { clock: ["drain"], finds: withoutLock },
  "release before the Pods ended": { failsEarly: true, finds: /a result is recorded while a Pod runs/ },
  "queue anew after promotion": { acts: 1, people: ["delete signal"], processors: distrustful, finds: withoutLock },
  "background is enough": { look: oneLook, acts: 1, people: ["delete Job"], finds: "dead end" },
  "nobody lets go of Jobs": { look: oneLook, acts: 1, people: ["strip window"], finds: "dead end" },
  "nobody releases": { look: oneLook, acts: 1, people: ["strip window"], finds: "dead end" },
  "nobody else was before": {
    look: oneLook,
    acts: 1,
    people: ["delete signal"],
    clock: ["window"],
    foreignWriter: true,
    processors: distrustful,
    finds: /handles events while the foreign writer holds the lock/,
  },
  "no gate": { acts: 1, people: ["unsuspend Job"], finds: withoutLock },
  "Job created anew": { look: oneLook, acts: 1, people: ["strip Job"], finds: /a result is recorded while a Pod runs/ },
  "Job by name": { acts: 1, people: ["strip Job"], finds: /a Pod is let go after the result was recorded/ },
  "Job never named": { look: oneLook, acts: 1, people: ["strip Job"], finds: /a second Job is started for one slot/ },
  "unsuspended is ours": { acts: 1, people: ["unsuspend Job"], finds: withoutLock },
  "finalizer off early": {
    look: oneLook,
    acts: 1,
    people: ["delete Job"],
    finds: /the Job completed, and its result is recorded as JobDeleted/,
  },
};

const others: Readonly<Record<string, Control>> = {
  "ZooKeeper is read before Kubernetes": {
    look: [["locks"], ["window", "job", "pods"]],
    acts: 1,
    people: ["strip Job"],
    processors: trusting,
    finds: /the run of A is closed, and its locks are held for good/,
  },
  "the Job is not read again after its Pods": {
    look: fourReads,
    acts: 1,
    people: ["delete Job"],
    latePods: true,
    processors: trusting,
    finds: /a Pod is let go after the result was recorded/,
  },
  "a processor learns of its session's end after the servers": { processorExpiries: 1, lease: "noticed late", finds: besideJob },
  "a gate trusts a signal that people delete": { acts: 1, people: ["delete signal"], processors: trusting, finds: besideJob },
};

function what(explored: Explored): string {
  return explored.kind === "violation" ? explored.what : explored.kind;
}

describe("the model finds what is wrong where", () => {
  test.each(Object.entries(shortcuts).map(([name, shortcut]) => [name, shortcut.why, shortcut] as const))(
    "%s: %s",
    async (name, _why, shortcut) => {
      const { finds, ...changes } = controls[name as keyof typeof shortcuts];
      expect(what(await explore(settingOf(name, { ...changes, shortcut }), { states: 1_000_000 }))).toMatch(finds);
    },
    120_000,
  );

  test.each(Object.entries(others))(
    "%s",
    async (name, { finds, ...changes }) => {
      expect(what(await explore(settingOf(name, changes), { states: 1_000_000 }))).toMatch(finds);
    },
    120_000,
  );
});
