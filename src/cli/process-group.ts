// Ends processes that stand in a group of their own, with all that they started there: asked first, and killed if that does not help.
//
// Promised: when endProcesses resolves nobody of them is left, or all were sent SIGKILL. Not promised: that one which may not be
// signalled, or which has left the group, ends.
import { type Clock, delay } from "../shared/clock.ts";

export interface EndTerms {
  readonly clock: Clock;
  /** Between SIGTERM and SIGKILL. */
  readonly killAfterMs: number;
}

const pollMs = 50;

/** `target`: a process, or with a minus before it the group that it leads. */
export async function endProcesses(target: number, { clock, killAfterMs }: EndTerms): Promise<void> {
  const killAt = clock.monotonic() + killAfterMs;
  signalled(target, "SIGTERM");
  while (signalled(target, 0) && clock.monotonic() < killAt) await delay(clock, Math.min(pollMs, killAfterMs));
  signalled(target, "SIGKILL");
}

/** False: nobody is left. */
export function signalled(target: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, name);
  } catch (error) {
    // Somebody else's process, as behind sudo, is there all the same.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
