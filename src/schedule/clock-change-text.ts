// What a clock change does to a slot, in one sentence: for the CLI's notes and for warnings about a window.
import { assertNever } from "../shared/errors.ts";
import type { ClockChange, ClockMove } from "./clock-change.ts";

/** "the clock goes forward from 2026-03-08 02:00 to 03:00: 02:30 does not exist and runs at 03:00" */
export function clockChangeText(change: ClockChange): string {
  return `${moveText(change.move)}: ${effectText(change)}`;
}

/** A date is named where it is not the one named before. */
function moveText({ from, to }: ClockMove): string {
  return `the clock goes ${to > from ? "forward" : "back"} from ${from.replace("T", " ")} to ${since(from, to)}`;
}

function effectText(change: ClockChange): string {
  switch (change.kind) {
    case "moved": {
      const { missing, move, joins } = change;
      const end = since(move.from, move.to);
      const one = missing.length === 1;
      const together = joins ? `, as one with the run of ${end}` : one ? "" : ", once";
      return `${list(move, missing)} ${one ? "does not exist and runs" : "do not exist and run"} at ${end}${together}`;
    }
    case "left-out":
      return `${list(change.move, change.missing)} ${change.missing.length === 1 ? "does not exist and is" : "do not exist and are"} left out`;
    case "first-of-two":
      return `${since(change.move.from, change.local)} comes twice and runs the first time only`;
    case "both":
      return `${since(change.move.from, change.local)} comes twice and runs both times, this is the ${change.copy}`;
    default:
      return assertNever(change);
  }
}

/** At most three of them by name. */
function list({ from }: ClockMove, times: readonly string[]): string {
  const names = times.slice(0, 3).map((time) => since(from, time));
  if (times.length > 3) return `${names.join(", ")} and ${times.length - 3} more`;
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}

function since(named: string, local: string): string {
  return local.slice(0, 10) === named.slice(0, 10) ? local.slice(11) : local.replace("T", " ");
}
