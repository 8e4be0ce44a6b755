// Time, as an argument. The only file that asks the machine for the time or for a timer; every other one is handed a Clock.

export interface Clock {
  /** Wall clock, in milliseconds since 1970. It may step; only schedules and records use it. */
  now(): number;
  /** Milliseconds on a clock that never steps. Leases, timeouts and deadlines within a process use it. */
  monotonic(): number;
  /** Calls back once after `ms` milliseconds; the answer cancels it. The timer does not keep the process alive. */
  after(ms: number, call: () => void): () => void;
}

/** Node refuses longer timers (2^31 - 1 ms); a caller that wakes early must look again. */
export const LONGEST_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** For a program that waits for nothing else: its timers keep the process alive. */
export const lastingClock: Clock = {
  ...systemClock,
  after(ms, call) {
    const timer = setTimeout(call, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` milliseconds on that clock, or at once when `signal` aborts; never rejects. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}
