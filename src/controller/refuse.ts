// A window whose spec does not even have the shape of one: it can only come past the CRD's schema (an older or a foreign CRD).
// It is said, and nothing else is done: a run of it that is active keeps its locks until the spec can be read again.
import type { InvalidWindow } from "../crds/parse.ts";
import type { Condition, Status } from "../crds/status.ts";
import { clip } from "../report/run-record.ts";
import { timeText } from "../window/deadlines.ts";
import type { Hands } from "./hands.ts";
import { publish } from "./publish.ts";

export async function refuse(window: InvalidWindow, hands: Hands): Promise<void> {
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
