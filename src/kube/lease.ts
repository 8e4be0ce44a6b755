// Who acts: leader election over a Lease, as other controllers of Kubernetes do it.
//
// Promised: onLead runs only after the Lease was won, and its signal aborts when the Lease was not renewed in time or the
// caller wants to end; the Lease is released only after onLead has settled, so that a standby takes over at once.
// Instants of other machines are never compared with ours: a Lease is expired when we saw no change of it for its duration.
// NOT promised: that only one process acts. There is no fencing here: a leader that was stopped for longer than its Lease
// goes on until its next timer. What must not happen twice is guarded by resourceVersions and by ZooKeeper.
import { type Clock, delay } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { createLeaseRecord } from "./lease-record.ts";
import type { Rest } from "./rest.ts";

export interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;
  /** No two processes may have the same. */
  readonly identity: string;
  /** Milliseconds; defaults 15,000, 10,000 and 2,000. Each must be well below the one before it. */
  readonly leaseMs?: number;
  readonly renewDeadlineMs?: number;
  readonly retryMs?: number;
  readonly rest: Rest;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
  /** Aborted to end: leave the Lease and return. */
  readonly signal: AbortSignal;
  /** The leader's work. It ends soon after its signal aborts; when it ends by itself or throws, the Lease is left too. */
  onLead(signal: AbortSignal): Promise<void>;
}

/**
 * Contends for the Lease again and again, and works while it is held. Resolves when `signal` aborted or onLead ended by
 * itself; rejects with what onLead threw.
 */
export async function runWithLease(options: LeaseOptions): Promise<void> {
  const { clock, random, signal, log, retryMs = 2_000, leaseMs = 15_000, renewDeadlineMs = 10_000 } = options;
  if (!(leaseMs > renewDeadlineMs && renewDeadlineMs > retryMs * 1.2)) {
    throw new Error(
      `the lease's duration (${leaseMs} ms) must exceed its renewal deadline (${renewDeadlineMs} ms), and that 1.2 times its retry (${retryMs} ms)`,
    );
  }
  const record = createLeaseRecord({ ...options, leaseMs, deadlineMs: renewDeadlineMs / 2 });
  while (!signal.aborted) {
    const sentMs = clock.monotonic();
    const answer = await record.take();
    if (answer.kind === "unknown") log.warn("the lease could not be read or written", { error: answer.error });
    if (answer.kind === "held") {
      log.info("leading", { identity: options.identity });
      if ((await lead(options, record, sentMs)) === "ended") return;
      log.warn("no longer leading", { identity: options.identity });
    }
    await delay(clock, retryMs * (1 + 0.2 * random()), signal);
  }
}

/** From a won Lease to its end. `ended`: there is nothing to contend for any more. */
async function lead(options: LeaseOptions, record: ReturnType<typeof createLeaseRecord>, wonMs: number): Promise<"ended" | "lost"> {
  const { signal, log } = options;
  const leading = new AbortController();
  const settled = new AbortController();
  const abort = () => leading.abort();
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  const work = options.onLead(leading.signal).finally(() => settled.abort());
  const renewing = renew(options, record, { wonMs, settled: settled.signal, lost: abort });
  try {
    await work;
    // Work that ended because the Lease was lost is begun again once it is won.
    return leading.signal.aborted && !signal.aborted ? "lost" : "ended";
  } finally {
    signal.removeEventListener("abort", abort);
    await renewing;
    await record.release().catch((error: unknown) => log.warn("the lease was not released", { error: messageOf(error) }));
  }
}

interface Renewal {
  readonly wonMs: number;
  readonly settled: AbortSignal;
  lost(): void;
}

/** Goes on after the signal to end, until the work has settled: until then nobody else may begin. */
async function renew(options: LeaseOptions, record: ReturnType<typeof createLeaseRecord>, renewal: Renewal): Promise<void> {
  const { clock, log, retryMs = 2_000, renewDeadlineMs = 10_000 } = options;
  let renewedMs = renewal.wonMs;
  // A timer of its own: an attempt that hangs must not delay it.
  let cancel = clock.after(renewedMs + renewDeadlineMs - clock.monotonic(), () => renewal.lost());
  for (;;) {
    await delay(clock, retryMs, renewal.settled);
    if (renewal.settled.aborted) break;
    const sentMs = clock.monotonic();
    const answer = await record.take();
    if (answer.kind === "held" && sentMs - renewedMs < renewDeadlineMs) {
      renewedMs = sentMs;
      cancel();
      cancel = clock.after(renewedMs + renewDeadlineMs - clock.monotonic(), () => renewal.lost());
    } else if (answer.kind === "other") {
      log.warn("somebody else took the lease", { holder: answer.holder });
      renewal.lost();
    } else if (answer.kind === "unknown") {
      log.warn("the lease was not renewed", { error: answer.error });
    }
  }
  cancel();
}
