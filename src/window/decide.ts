// What to do next. Pure: the same facts give the same decision. One exhaustive switch for each part of a run; a case that is
// left out does not compile.

import type { Decision } from "./action.ts";
import { classifyActive } from "./active.ts";
import { decideActive } from "./decide-active.ts";
import { classifyIdle } from "./idle.ts";
import type { Observed } from "./observed.ts";
import { classifyRecorded } from "./recorded.ts";
import type { IdleSituation, RecordedSituation, Situation } from "./situation.ts";
import { act, BLIND_POLL_MS, earliest, PARTICIPANTS_POLL_MS, POLL_MS, RETRY_MS, wait } from "./waiting.ts";

export interface Decided extends Decision {
  readonly situation: Situation;
}

/** A slot that comes is answered whatever the window is doing, so that is looked at again then. */
export function decide(o: Observed): Decided {
  const decided = decideNow(o);
  return decided.action.do === "nothing" ? { ...decided, wakeAt: earliest(decided.wakeAt, o.due.wakeAt) } : decided;
}

function decideNow(o: Observed): Decided {
  const { run } = o.window.status;
  if (run === undefined) {
    const situation = classifyIdle(o);
    return { situation, ...decideIdle(situation, o) };
  }
  if (run.result === undefined) {
    const situation = classifyActive(o, run);
    return { situation, ...decideActive(situation, o, run) };
  }
  const situation = classifyRecorded(o, run);
  return { situation, ...decideRecorded(situation, o) };
}

function decideIdle(s: IdleSituation, o: Observed): Decision {
  switch (s.at) {
    case "Leaving":
      return wait("Deleting", "the window is being deleted");
    case "Unneeded finalizer":
      return act({ do: "remove finalizer" }, "Releasing", "the run is over");
    case "Refused":
      return wait("NotAccepted", s.problems.map((p) => p.message).join("; "));
    case "Hindered":
      return wait("NotReady", s.problems.map((p) => p.message).join("; "), o.now + RETRY_MS);
    case "To be skipped":
      return act({ do: "skip", skipped: s.skipped, request: s.request }, "Scheduled", s.skipped.map((skip) => skip.message).join("; "));
    case "Due":
      return act({ do: "begin", run: s.run }, "Starting", `the run of ${s.run.scheduledTime} begins`);
    case "Without participants":
      return wait("WaitingForParticipants", `the run of ${s.run.slot} waits for its participants: ${s.why}`, o.now + PARTICIPANTS_POLL_MS);
    case "Surplus Job":
      return act({ do: "delete Job", job: s.job }, "Scheduled", `Job ${s.job.name} is beyond the history limit`);
    case "Suspended":
      return wait("Suspended", "spec.suspend is true: no run starts by the schedule");
    case "Paused":
      return wait("Paused", pausedText(s.failures));
    case "Scheduled":
      return wait("Scheduled", `waiting for the schedule${warningsOf(o)}`);
  }
}

export function pausedText(failures: number): string {
  return `${failures} run${failures === 1 ? "" : "s"} failed in a row (pauseAfterFailures): no run starts by the schedule until a requested run succeeds or the spec is edited`;
}

/** What the API server said of the Job without refusing it: PodSecurity, fields that it does not know. */
function warningsOf({ acceptance }: Observed): string {
  const standing = acceptance.kind === "accepted" ? acceptance.warnings.filter((warning) => warning.standing) : [];
  return standing.map(({ message }) => `; ${message}`).join("");
}

function decideRecorded(s: RecordedSituation, o: Observed): Decision {
  switch (s.at) {
    case "Blind":
      return wait("Unknown", `the result is recorded; ${s.of} cannot be read, so the locks are held: ${s.why}`, o.now + BLIND_POLL_MS);
    case "To be stopped":
      return act({ do: "stop Job", job: s.job }, "Stopping", `stopping Job ${s.job.name}: ${s.why}`);
    case "Stopping":
      return wait("Stopping", `waiting for the Job's Pods to end: ${s.pods.map((p) => p.name).join(", ")}`, o.now + POLL_MS);
    case "Unreleased":
      return act({ do: "release" }, "Releasing", "releasing the locks");
    case "Job finalized":
      return act({ do: "remove Job finalizer", job: s.job }, "Releasing", "the locks are released");
    case "Released":
      return act(
        { do: "close", abandoned: s.abandoned },
        "Releasing",
        s.abandoned ? "the locks were abandoned by hand" : "the locks are released",
      );
  }
}
