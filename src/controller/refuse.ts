// Windows that cannot be read: with a spec that does not even have the shape of one, or with a record of an active run that
// somebody damaged. Both can only come past the CRD's schema (an older or a foreign CRD). It is said, and nothing else is
// done: a run that is active keeps its locks until it can be read again.
import { apiVersion, kind } from "../crds/meta.ts";
import type { InvalidWindow, Problem, Window } from "../crds/parse.ts";
import type { Condition, Status } from "../crds/status.ts";
import { clip } from "../report/run-record.ts";
import { timeText } from "../window/deadlines.ts";
import type { Hands } from "./hands.ts";
import { publish } from "./publish.ts";

export async function refuse(window: InvalidWindow, hands: Hands): Promise<undefined> {
  const problems = window.problems.map(({ field, value, message }) => `${field}: ${value} ${message}`);
  const message = clip(`${problems.join("; ")}; apply the CRD that belongs to this controller, then the window again`);
  const said = { reason: "InvalidSpec", message, lastTransitionTime: timeText(hands.clock.now()), observedGeneration: window.generation };
  const conditions: Condition[] = [
    { type: "Ready", status: "False", ...said },
    { type: "Stalled", status: "True", ...said },
  ];
  const before = window.status.conditions?.find((c) => c.type === "Ready");
  if (before?.message === message && before.observedGeneration === window.generation) return;
  const status: Status = { ...window.status, observedGeneration: window.generation, conditions };
  const events = [{ type: "Warning", reason: "InvalidSpec", action: "Validate", note: message, job: false }] as const;
  await publish(window, { status, events }, hands);
}

const HOLD_MS = 60_000;

/** Writes no status: that would wipe out what is left of the record. Answers when to look again. */
export async function hold({ namespace, name, uid }: Window, { field, value, message }: Problem, hands: Hands): Promise<number> {
  const note = `${field} is ${value} and cannot be read (${message}): nothing is started and nothing is released until the record of the run is put right`;
  hands.log.error(note, { namespace, name });
  await hands.kube.events.post({
    regarding: { apiVersion, kind, namespace, name, uid },
    type: "Warning",
    reason: "InvalidStatus",
    action: "Hold",
    note,
  });
  return hands.clock.now() + HOLD_MS;
}
