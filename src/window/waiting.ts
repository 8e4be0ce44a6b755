// The two forms of a decision: do something now, or wait with a wake time.
import type { Action, Decision, State } from "./action.ts";

/** How often the world is looked at where nothing announces the change that is waited for. */
export const POLL_MS = 1000;
/** How often what could not be read is read again. */
export const BLIND_POLL_MS = 2000;
/** How often a run that is due looks whether its participants are there. */
export const PARTICIPANTS_POLL_MS = 5000;
/** How often a window that cannot start is tried again. */
export const RETRY_MS = 15_000;

export function act(action: Action, state: State, message: string): Decision {
  return { action, state, message, wakeAt: undefined };
}

/** `wakeAt` undefined: only a change that is watched can matter. */
export function wait(state: State, message: string, ...wakeAt: readonly (number | undefined)[]): Decision {
  return { action: { do: "nothing" }, state, message, wakeAt: earliest(...wakeAt) };
}

export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
