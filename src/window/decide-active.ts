// What to do next for a run that has no result yet.
import type { RunRecord } from "../crds/status.ts";
import type { Decision } from "./action.ts";
import { drainTimes, jobStartEnd, windowEnd } from "./deadlines.ts";
import type { Observed, PodFacts } from "./observed.ts";
import type { ActiveSituation } from "./situation.ts";
import { stepsReached } from "./steps.ts";
import { act, BLIND_POLL_MS, POLL_MS, wait } from "./waiting.ts";

type Of<At extends ActiveSituation["at"]> = Extract<ActiveSituation, { at: At }>;
type Ending = Of<"Ending" | "Ended" | "To be stopped" | "Stopping" | "Hopeless">;
type Beginning = Of<"Unfinalized" | "Without Job" | "Job unnamed" | "Held back" | "Unqueued">;
type Draining = Of<"Draining" | "Revocable" | "Overdue" | "To be evicted" | "In grace" | "Drained">;
type Held = Exclude<ActiveSituation, Ending | Beginning | Draining | Of<"Blind">>;

export function decideActive(s: ActiveSituation, o: Observed, run: RunRecord): Decision {
  switch (s.at) {
    case "Blind":
      return wait("Unknown", `${s.of} cannot be read, so nothing is done and nothing is released: ${s.why}`, o.now + BLIND_POLL_MS);
    case "Ending":
    case "Ended":
    case "To be stopped":
    case "Stopping":
    case "Hopeless":
      return decideEnding(s, o);
    case "Unfinalized":
    case "Without Job":
    case "Job unnamed":
    case "Held back":
    case "Unqueued":
      return decideBeginning(s, o, run);
    case "Draining":
    case "Revocable":
    case "Overdue":
    case "To be evicted":
    case "In grace":
    case "Drained":
      return decideDraining(s, o, run);
    default:
      return decideHeld(s, o, run);
  }
}

function decideEnding(s: Ending, o: Observed): Decision {
  switch (s.at) {
    case "Ending":
      return wait("Stopping", `the Job is done; waiting for its Pods to end: ${namesOf(s.pods)}`, o.now + POLL_MS);
    case "Ended":
      return act({ do: "record", result: s.result, message: s.message }, "Stopping", s.message);
    case "To be stopped":
      return act({ do: "stop Job", job: s.job }, "Stopping", `stopping Job ${s.job.name}: ${s.why}`);
    case "Stopping":
      return wait("Stopping", `${s.why}; waiting for the Job's Pods to end: ${namesOf(s.pods)}`, o.now + POLL_MS);
    case "Hopeless":
      return act({ do: "give up", result: s.result, message: s.message }, "Stopping", s.message);
  }
}

function decideBeginning(s: Beginning, o: Observed, run: RunRecord): Decision {
  switch (s.at) {
    case "Unfinalized":
      return act({ do: "add finalizer" }, "Starting", "the run begins");
    case "Without Job":
      return act({ do: "create Job" }, "Starting", `creating Job ${run.jobName}, suspended`);
    case "Job unnamed":
      return act({ do: "name Job", job: s.job }, "Starting", `Job ${run.jobName} is created, suspended`);
    case "Held back":
      return wait("Queued", s.message, o.now + POLL_MS, windowEnd(run));
    case "Unqueued":
      return act(
        { do: "queue" },
        "Queued",
        s.again ? "the place in the queue was lost: queueing anew" : "raising the signal and queueing for the locks",
      );
  }
}

/** "" for none. */
export function vanishedText(readers: readonly string[]): string {
  if (readers.length === 0) return "";
  return `; vanished without releasing, so uncleanExitGraceSeconds is waited: ${readers.join(", ")}`;
}

function decideDraining(s: Draining, o: Observed, run: RunRecord): Decision {
  switch (s.at) {
    case "Draining":
      return awaitLocks(s, o, run);
    case "Revocable":
      return act({ do: "revoke", readers: s.readers }, "Draining", `asking ${countOf(s.readers.length, "revocable reader")} to release`);
    case "Overdue":
      return act(
        { do: "begin evicting" },
        "Draining",
        `the drain has taken longer than ${o.window.spec.drainTimeoutSeconds} s: Pods that hold a read lock will be evicted`,
      );
    case "To be evicted":
      return act({ do: "evict", pod: s.pod }, "Draining", `evicting Pod ${s.pod.name}, which holds a read lock`);
    case "In grace":
      return wait(
        "Draining",
        `every read lock is released; waiting for the grace period${vanishedText(s.vanished)}`,
        s.until,
        windowEnd(run),
      );
    case "Drained":
      return act({ do: "promote" }, "Draining", "every read lock is released");
  }
}

function awaitLocks(s: Of<"Draining">, o: Observed, run: RunRecord): Decision {
  const waits = `waiting for ${countOf(s.ahead, "lock")}: ${s.holders.join(", ")}`;
  if (s.waitsForWriter) return wait("Queued", `another window is ahead; ${waits}`, o.now + POLL_MS, windowEnd(run));
  const times = drainTimes(o, stepsReached(o, run));
  const message = s.late === undefined ? waits : `${s.late}; ${waits}`;
  return wait("Draining", message, o.now + POLL_MS, times?.giveUpAt, windowEnd(run));
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function decideHeld(s: Held, o: Observed, run: RunRecord): Decision {
  switch (s.at) {
    case "Unsignalled":
      return act({ do: "raise" }, "Exclusive", "a signal was removed by somebody else: raising it again");
    case "Not first":
      return wait("Exclusive", "a lock node stands before the promoted one: nothing is started", o.now + POLL_MS, windowEnd(run));
    case "Without token":
      return act({ do: "issue token", atLeast: s.atLeast }, "Exclusive", "the write locks are held");
    case "Exclusive":
      return act({ do: "start Job", job: s.job, token: s.token }, "Exclusive", `letting Job ${s.job.name} go with token ${s.token}`);
    case "Paused by user":
      return wait("Exclusive", `Job ${run.jobName} was suspended by a user after it was let go; resume or delete it`, windowEnd(run));
    case "Pod gated":
      return act({ do: "let Pod go", pod: s.pod, token: s.token }, "Running", `letting Pod ${s.pod.name} go`);
    case "Running":
      return wait(
        "Running",
        `Job ${run.jobName} runs${namesOf(s.pods) === "" ? "" : ` (${namesOf(s.pods)})`}`,
        jobStartEnd(o, stepsReached(o, run)),
        windowEnd(run),
      );
    case "Unguarded":
      return wait("Running", "the write lock was removed by somebody else; the Job goes on, as exclusivityLostPolicy says", windowEnd(run));
  }
}

function namesOf(pods: readonly PodFacts[]): string {
  return pods.map((pod) => pod.name).join(", ");
}
