import { describe, expect, test } from "vitest";
import { aSpec, at } from "../../test/support/observed.ts";
import type { Spec } from "../crds/spec.ts";
import type { Status } from "../crds/status.ts";
import { parseSchedule } from "./cron.ts";
import { type Asked, type Due, observedSchedule, occurrence } from "./occurrence.ts";

const created = at("2026-11-20T12:00:00Z");
const locks = [{ path: "/a/lock", signalPath: "/a/signal" }];

function dueAt(time: string, asked: Partial<Asked> = {}, spec: Partial<Spec> = {}): Due {
  const whole = { ...aSpec, ...spec };
  const parsed = parseSchedule(whole.schedule, whole.timeZone);
  if (parsed.kind === "problem") throw new Error(parsed.message);
  const base = { now: at(time), name: "nightly", uid: "u", createdAt: created, spec: whole, status: {}, runRequest: undefined, locks };
  return occurrence({ ...base, ...asked }, parsed.schedule);
}

const waitingFor = (nextScheduleTime: string, spec: Partial<Spec> = {}): { status: Status } => ({
  status: { nextScheduleTime, observedSchedule: observedSchedule({ ...aSpec, ...spec }) },
});

describe("a window", () => {
  test("is not due before its next slot", () => {
    expect(dueAt("2026-11-21T01:59:59Z", waitingFor("2026-11-21T02:00:00Z"))).toMatchObject({
      kind: "nothing",
      next: { at: at("2026-11-21T02:00:00Z"), scheduledTime: "2026-11-21T02:00:00Z" },
    });
  });

  test("is due at its next slot, and its run is named after the slot and not after the clock", () => {
    const early = dueAt("2026-11-21T02:00:00Z", waitingFor("2026-11-21T02:00:00Z"));
    const late = dueAt("2026-11-21T02:30:00Z", waitingFor("2026-11-21T02:00:00Z"));
    expect(early).toMatchObject({
      kind: "start",
      run: { slot: "2026-11-21T02:00", jobName: "nightly-20261121-0200", deadlineTime: "2026-11-21T06:00:00Z" },
    });
    expect(late.kind === "start" && late.run.id).toBe(early.kind === "start" && early.run.id);
  });

  test("runs only the latest of the slots that were missed", () => {
    const due = dueAt("2026-11-24T02:10:00Z", waitingFor("2026-11-21T02:00:00Z"));
    expect(due).toMatchObject({ kind: "start", run: { slot: "2026-11-24T02:00" }, next: { scheduledTime: "2026-11-25T02:00:00Z" } });
  });

  test("is skipped when it is later than its starting deadline", () => {
    const due = dueAt("2026-11-21T03:00:01Z", waitingFor("2026-11-21T02:00:00Z"));
    expect(due).toMatchObject({
      kind: "missed",
      missed: { reason: "TooLate", scheduledTime: "2026-11-21T02:00:00Z" },
      next: { scheduledTime: "2026-11-22T02:00:00Z" },
    });
  });

  test("never runs in the past after its schedule was edited", () => {
    const edited = waitingFor("2026-11-22T02:00:00Z", { schedule: "0 3 * * *" });
    expect(dueAt("2026-11-21T02:30:00Z", edited)).toMatchObject({ kind: "nothing", next: { scheduledTime: "2026-11-22T02:00:00Z" } });
  });

  test("that was made while no controller ran is due for what fell due since", () => {
    expect(dueAt("2026-11-21T02:30:00Z")).toMatchObject({ kind: "start", run: { slot: "2026-11-21T02:00" } });
  });

  test("that is suspended is not due, and has no next slot", () => {
    expect(dueAt("2026-11-21T02:30:00Z", waitingFor("2026-11-21T02:00:00Z"), { suspend: true })).toMatchObject({
      kind: "nothing",
      next: undefined,
    });
  });

  test("that is resumed does not run what fell due meanwhile", () => {
    const resumed = waitingFor("", { suspend: true });
    expect(dueAt("2026-11-21T02:30:00Z", resumed)).toMatchObject({ kind: "nothing", next: { scheduledTime: "2026-11-22T02:00:00Z" } });
  });
});

describe("a run request", () => {
  const runRequest = "2026-11-21T12:00:00Z";

  test("runs at once, whatever the schedule says, and while suspended", () => {
    expect(dueAt("2026-11-21T12:00:01Z", { runRequest }, { suspend: true })).toMatchObject({
      kind: "start",
      run: { trigger: "Request", slot: runRequest, scheduledTime: "2026-11-21T12:00:01Z" },
    });
  });

  test("that was answered does not run again", () => {
    const answered = { runRequest, status: { ...waitingFor("2026-11-22T02:00:00Z").status, lastHandledRunRequest: runRequest } };
    expect(dueAt("2026-11-21T12:00:01Z", answered).kind).toBe("nothing");
  });

  test("leaves the next slot as it was", () => {
    const due = dueAt("2026-11-21T12:00:01Z", { runRequest, ...waitingFor("2026-11-22T02:00:00Z") });
    expect(due.next?.scheduledTime).toBe("2026-11-22T02:00:00Z");
  });

  test("too long for status is refused once, by what status can hold of it", () => {
    const long = `2026-11-21T12:00:00.${"0".repeat(100)}Z`;
    const due = dueAt("2026-11-21T12:00:01Z", { runRequest: long });
    expect(due).toMatchObject({ kind: "missed", missed: { request: long.slice(0, 64) } });
    const answered = { ...waitingFor("2026-11-22T02:00:00Z").status, lastHandledRunRequest: long.slice(0, 64) };
    expect(dueAt("2026-11-21T12:00:01Z", { runRequest: long, status: answered }).kind).toBe("nothing");
  });

  test("that is no time is refused, and answered", () => {
    const due = dueAt("2026-11-21T12:00:01Z", { runRequest: "now" });
    expect(due).toMatchObject({ kind: "missed", missed: { reason: "InvalidRunRequest", request: "now" } });
  });
});
