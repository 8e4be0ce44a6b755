// How long to wait before the next attempt: longer each time up to a bound, and never in step with other processors.

const firstMs = 100;
const longestMs = 10_000;

/** Milliseconds; `random` answers from 0 up to, not including, 1. */
export function backoffMs(failures: number, random: () => number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 20));
  return full / 2 + (full / 2) * random();
}
