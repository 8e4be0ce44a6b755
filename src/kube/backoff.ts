// How long to wait after a failure: full jitter under a ceiling that doubles. Pure.

export interface Backoff {
  /** Milliseconds to wait now; each call doubles the ceiling. */
  next(): number;
  reset(): void;
}

/** client-go's numbers: between 0.8 s and a ceiling of 1.6 s, 3.2 s… 30 s. */
export function createBackoff(random: () => number, leastMs = 800, mostMs = 30_000): Backoff {
  let ceilingMs = leastMs;
  return {
    next() {
      ceilingMs = Math.min(mostMs, ceilingMs * 2);
      return leastMs + random() * (ceilingMs - leastMs);
    },
    reset() {
      ceilingMs = leastMs;
    },
  };
}
