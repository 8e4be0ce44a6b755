// A window without a run: what its schedule, its spec and its past ask for.
import type { NewRun } from "../schedule/occurrence.ts";
import type { Observed } from "./observed.ts";
import { waitsForParticipants } from "./participants.ts";
import type { IdleSituation } from "./situation.ts";

export function classifyIdle(o: Observed): IdleSituation {
  const { window, acceptance, due, surplusJobs } = o;
  if (window.held) return { at: "Unneeded finalizer" };
  if (window.deleting) return { at: "Leaving" };
  if (acceptance.kind === "refused") return { at: "Refused", problems: acceptance.problems };
  if (due.kind === "skip") return { at: "To be skipped", skipped: due.skipped, request: due.request };
  if (acceptance.kind !== "accepted") return { at: "Hindered", problems: acceptance.kind === "hindered" ? acceptance.problems : [] };
  if (due.kind === "start") return classifyDue(o, due.run);
  const surplus = surplusJobs[0];
  if (surplus !== undefined) return { at: "Surplus Job", job: surplus };
  if (window.spec.suspend) return { at: "Suspended" };
  return due.pausedBy === undefined ? { at: "Scheduled" } : { at: "Paused", failures: due.pausedBy };
}

function classifyDue(o: Observed, run: NewRun): IdleSituation {
  const why = waitsForParticipants(o);
  return why === undefined ? { at: "Due", run } : { at: "Without participants", run, why };
}
