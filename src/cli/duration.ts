// A span of time as all commands take it: seconds, as `timeout` and `sleep` do, or a whole number with its unit.
import { InvalidArgumentError } from "commander";
import { LONGEST_TIMER_MS } from "../shared/clock.ts";
import { parseDuration } from "../sidecar/durations.ts";

/** Milliseconds. Throws what commander turns into an error that names the option. */
export function duration(text: string): number {
  const ms = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (ms === undefined || ms > LONGEST_TIMER_MS)
    throw new InvalidArgumentError("It must be seconds, or a duration such as 500ms, 30s or 5m; at most 24 days.");
  return ms;
}
