// Names that make a run happen once: whoever computes them for the same slot gets the same ones.
import { createHash } from "node:crypto";

/** A run's id: 20 hex digits, fit for a label and a znode name. `slot` is a Slot's key, or the value that asked for a run now. */
export function runId(windowUid: string, timeZone: string, slot: string): string {
  return createHash("sha256").update(`${windowUid}\n${timeZone}\n${slot}`).digest("hex").slice(0, 20);
}

/** The longest name a Job may have for its Pods' names and labels to be valid (Kubernetes: 63 characters). */
const LONGEST_JOB_NAME = 63;

/** `<window>-20261123-0200` for a slot; with the UTC offset where the hour may come twice; `-r` and 8 hex digits for a run now. */
export function jobName(windowName: string, trigger: "Schedule" | "Request", slot: string): string {
  if (trigger === "Request") return `${windowName}-r${createHash("sha256").update(slot).digest("hex").slice(0, 8)}`;
  const [local = "", sign = "", offset = ""] = slot.split(/([+-]\d\d:\d\d)$/);
  const stamp = local.replace(/[-:]/g, "").replace("T", "-");
  return `${windowName}-${stamp}${sign === "" ? offset : `-${sign.startsWith("-") ? "m" : "p"}${sign.slice(1).replace(":", "")}`}`;
}

/** Why no Job of this window could be named, or undefined. */
export function jobNameProblem(windowName: string): string | undefined {
  const longest = jobName(windowName, "Schedule", "2026-11-01T02:00+01:00").length;
  if (longest <= LONGEST_JOB_NAME) return undefined;
  const room = LONGEST_JOB_NAME - (longest - windowName.length);
  return `has ${windowName.length} characters; at most ${room} leave room for the time in its Jobs' names (${LONGEST_JOB_NAME} in all)`;
}
