// The table of cases that Kubernetes' CronJob controller is tested with (its policy Forbid is ours), row by row: what happened
// before × what time it is. Where ours differs, the row says so.
import { describe, expect, test } from "vitest";
import { type ScheduleWorld, scheduleWorld } from "../../test/support/schedule-world.ts";
import type { Spec } from "../crds/spec.ts";

const before = {
  "never ran": () => {},
  "previous run done": (world: ScheduleWorld) => void world.answer("2026-11-20T09:00:05Z"),
  "previous run still active": (world: ScheduleWorld) => void world.answer("2026-11-20T09:00:05Z", true),
} as const;

const CREATED = "2026-11-20T08:30:00Z";
const time = {
  /** Between two slots; the last one is answered. */
  notYet: "2026-11-20T09:59:59Z",
  isTime: "2026-11-20T10:00:01Z",
  /** A slot was due some minutes ago. */
  late: "2026-11-20T10:05:00Z",
  /** A week without a controller. */
  overdue: "2026-11-27T10:00:01Z",
  overdueAndLate: "2026-11-27T10:05:00Z",
} as const;

const short = { startingDeadlineSeconds: 60 };
const long = { startingDeadlineSeconds: 3600 };

interface Row {
  readonly past: keyof typeof before;
  readonly name: string;
  readonly time: string;
  readonly spec: Partial<Spec>;
  readonly answer: "nothing" | "start" | "skip";
  readonly reasons?: readonly (readonly [string, number])[];
}

const week = 7 * 24;

const rows: readonly Row[] = [
  { past: "never ran", name: "not time", time: "2026-11-20T08:59:59Z", spec: long, answer: "nothing" },
  { past: "never ran", name: "is time", time: "2026-11-20T09:00:01Z", spec: long, answer: "start" },
  { past: "never ran", name: "is time, suspended", time: "2026-11-20T09:00:01Z", spec: { ...long, suspend: true }, answer: "nothing" },
  {
    past: "never ran",
    name: "is time, suspended, past deadline: said, where CronJob is silent",
    time: "2026-11-20T09:05:00Z",
    spec: { ...short, suspend: true },
    answer: "skip",
    reasons: [["Suspended", 1]],
  },
  {
    past: "never ran",
    name: "is time, past deadline",
    time: "2026-11-20T09:05:00Z",
    spec: short,
    answer: "skip",
    reasons: [["TooLate", 1]],
  },
  { past: "never ran", name: "is time, not past deadline", time: "2026-11-20T09:05:00Z", spec: long, answer: "start" },
  {
    past: "never ran",
    name: "long overdue, not past deadline",
    time: time.overdue,
    spec: long,
    answer: "start",
    reasons: [["TooLate", week + 1]],
  },

  { past: "previous run done", name: "not time", time: time.notYet, spec: long, answer: "nothing" },
  { past: "previous run done", name: "is time", time: time.isTime, spec: long, answer: "start" },
  { past: "previous run done", name: "is time, suspended", time: time.isTime, spec: { ...long, suspend: true }, answer: "nothing" },
  { past: "previous run done", name: "is time, past deadline", time: time.late, spec: short, answer: "skip", reasons: [["TooLate", 1]] },
  { past: "previous run done", name: "is time, not past deadline", time: time.late, spec: long, answer: "start" },
  {
    past: "previous run done",
    name: "long overdue, not past deadline: the latest runs, the others are counted",
    time: time.overdue,
    spec: long,
    answer: "start",
    reasons: [["TooLate", week]],
  },
  {
    past: "previous run done",
    name: "long overdue, past deadline",
    time: time.overdueAndLate,
    spec: short,
    answer: "skip",
    reasons: [["TooLate", week + 1]],
  },
  {
    past: "previous run done",
    name: "long overdue, the longest deadline (CronJob's none): the latest runs",
    time: time.overdue,
    spec: { startingDeadlineSeconds: 604_800 },
    answer: "start",
    reasons: [
      ["TooLate", 1],
      ["Superseded", week - 1],
    ],
  },
  {
    past: "previous run done",
    name: "long overdue, suspended: said, where CronJob is silent",
    time: time.overdueAndLate,
    spec: { ...short, suspend: true },
    answer: "skip",
    reasons: [["Suspended", week + 1]],
  },
  { past: "previous run done", name: "time drifted back", time: "2026-11-20T09:00:01Z", spec: long, answer: "nothing" },

  { past: "previous run still active", name: "not time", time: time.notYet, spec: long, answer: "nothing" },
  { past: "previous run still active", name: "is time", time: time.isTime, spec: long, answer: "skip", reasons: [["RunActive", 1]] },
  {
    past: "previous run still active",
    name: "is time, suspended",
    time: time.isTime,
    spec: { ...long, suspend: true },
    answer: "skip",
    reasons: [["RunActive", 1]],
  },
  {
    past: "previous run still active",
    name: "is time, past deadline",
    time: time.late,
    spec: short,
    answer: "skip",
    reasons: [["RunActive", 1]],
  },
  {
    past: "previous run still active",
    name: "is time, not past deadline: it does not start late when the other ends, as CronJob's would",
    time: time.late,
    spec: long,
    answer: "skip",
    reasons: [["RunActive", 1]],
  },
  {
    past: "previous run still active",
    name: "long overdue",
    time: time.overdue,
    spec: long,
    answer: "skip",
    reasons: [["RunActive", week + 1]],
  },
];

describe("CronJob's cases", () => {
  test.each(rows)("$past, $name", ({ past, spec, answer, reasons = [], ...row }) => {
    const world = scheduleWorld({ schedule: "0 * * * *", ...spec, suspend: false }, CREATED);
    before[past](world);
    world.skips.clear();
    world.spec = { ...world.spec, suspend: spec.suspend ?? false };
    expect(world.answer(row.time).kind).toBe(answer);
    expect([...world.skips]).toEqual(reasons);
    if (past === "previous run still active") world.end();
    expect(world.answer(row.time).kind, "asked again").toBe("nothing");
  });

  test.each([
    { name: "invalid schedule", spec: { schedule: "61 * * * *" } },
    { name: "invalid time zone", spec: { timeZone: "Europe/Atlantis" } },
  ])("never ran, $name", ({ spec }) => {
    expect(scheduleWorld(spec, CREATED).answer(time.isTime).kind).toBe("nothing");
  });
});
