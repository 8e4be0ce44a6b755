// The work on one batch under its lock: told to stop when the lock is lost or the time is over, and judged by the lock when it has ended.
import { messageOf } from "../../shared/errors.ts";
import type { HeldLocks } from "../lock-request.ts";
import type { ComponentRequest, WorkResult } from "./request.ts";

type Judged = WorkResult | { readonly kind: "lost"; readonly message: string };

/** Never rejects. */
export async function worked(request: ComponentRequest, batch: string, locks: HeldLocks): Promise<Judged> {
  const { clock, timeouts, work } = request;
  const stop = new AbortController();
  const lose = () => stop.abort(locks.lost.reason);
  locks.lost.addEventListener("abort", lose, { once: true });
  if (locks.lost.aborted) lose();
  const late = () => stop.abort(new Error(`it had not ended after ${(timeouts.workMs ?? 0) / 1000} s, so it was told to stop`));
  const cancel = timeouts.workMs === undefined ? undefined : clock.after(timeouts.workMs, late);
  const result = await done(() => work(batch, { token: locks.token, stop: stop.signal }));
  cancel?.();
  locks.lost.removeEventListener("abort", lose);
  if (!locks.isHeld()) return { kind: "lost", message: messageOf(locks.lost.reason ?? "the lock's lease ran out") };
  if (result.kind === "failed" && stop.signal.aborted) return { ...result, message: `${messageOf(stop.signal.reason)}: ${result.message}` };
  return result;
}

async function done(work: () => Promise<WorkResult>): Promise<WorkResult> {
  try {
    return await work();
  } catch (error) {
    return { kind: "failed", message: messageOf(error) };
  }
}
