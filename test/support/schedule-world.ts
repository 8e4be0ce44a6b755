// A window's schedule on its own: asks what is due and writes down the answer, as the report does when it is carried out.
import type { Spec } from "../../src/crds/spec.ts";
import type { RunRecord, SkipReason, Status } from "../../src/crds/status.ts";
import { parseSchedule } from "../../src/schedule/cron.ts";
import { type Asked, type Due, type NewRun, nothingDue, occurrence } from "../../src/schedule/occurrence.ts";
import { aSpec, at } from "./observed.ts";

export interface ScheduleWorld {
  spec: Spec;
  status: Status;
  request: string | undefined;
  generation: number;
  readonly runs: NewRun[];
  /** How many slots were skipped, by reason. */
  readonly skips: Map<SkipReason, number>;
  /** What is due, and nothing is written down. */
  ask(time: string | number): Due;
  /** What is due; it is carried out, and a run that begins ends at once unless `runsOn`. */
  answer(time: string | number, runsOn?: boolean): Due;
  /** Ends the active run. */
  end(failed?: boolean): void;
}

const lockOf: Asked["locks"] = () => [{ path: "/a/lock", signalPath: "/a/signal" }];

export function scheduleWorld(spec: Partial<Spec> = {}, created = "2026-11-20T12:00:00Z", locks = lockOf): ScheduleWorld {
  const world: ScheduleWorld = {
    spec: { ...aSpec, ...spec },
    status: {},
    request: undefined,
    generation: 1,
    runs: [],
    skips: new Map(),
    ask(time) {
      const { status, request, generation } = world;
      const now = typeof time === "number" ? time : at(time);
      const base: Asked = {
        now,
        name: "nightly",
        uid: "u",
        generation,
        createdAt: at(created),
        spec: world.spec,
        status,
        runRequest: request,
        locks,
      };
      const parsed = parseSchedule(world.spec.schedule, world.spec.timeZone);
      return parsed.kind === "problem" ? nothingDue() : occurrence(base, parsed.schedule);
    },
    answer(time, runsOn = false) {
      const due = world.ask(time);
      world.status = { ...world.status, answered: due.kept.after };
      if (due.kind !== "nothing")
        for (const { reason, count } of due.skipped) world.skips.set(reason, (world.skips.get(reason) ?? 0) + count);
      if (due.kind === "skip" && due.request !== undefined) world.status = { ...world.status, lastHandledRunRequest: due.request };
      if (due.kind === "start") begin(world, due.run, runsOn);
      return due;
    },
    end(failed = false) {
      const { run: _run, ...rest } = world.status;
      const count = failed ? (rest.failures?.count ?? 0) + 1 : 0;
      world.status = { ...rest, failures: { count, generation: world.generation } };
    },
  };
  return world;
}

function begin(world: ScheduleWorld, run: NewRun, runsOn: boolean): void {
  world.runs.push(run);
  if (run.trigger === "Request") world.status = { ...world.status, lastHandledRunRequest: run.slot };
  const record: RunRecord = { ...run, steps: {} };
  if (runsOn) world.status = { ...world.status, run: record };
}
