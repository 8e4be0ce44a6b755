// Everything that was seen, in one line of time: for people who want to know what happened around an overlap.

import type { Instant } from "../support/history/history.ts";

interface Entry {
  readonly at: Instant;
  readonly what: string;
}

export class Timeline {
  readonly startedAt: Instant;
  readonly #entries: Entry[] = [];

  constructor(startedAt: Instant) {
    this.startedAt = startedAt;
  }

  add(at: Instant, what: string): void {
    this.#entries.push({ at, what });
  }

  /** What was seen from so many seconds before the first instant until so many after the second, with seconds since the start. */
  around(from: Instant, to: Instant, beforeSeconds = 12, afterSeconds = 3): readonly string[] {
    const low = from - BigInt(beforeSeconds) * second;
    const high = to + BigInt(afterSeconds) * second;
    return this.#lines(({ at }) => at >= low && at <= high);
  }

  all(): readonly string[] {
    return this.#lines(() => true);
  }

  #lines(wanted: (entry: Entry) => boolean): readonly string[] {
    return this.#entries
      .filter(wanted)
      .sort((a, b) => (a.at < b.at ? -1 : 1))
      .map(({ at, what }) => `${this.time(at)}  ${what}`);
  }

  /** Seconds since the start, for people. */
  time(at: Instant): string {
    return `${(Number(at - this.startedAt) / 1e9).toFixed(3).padStart(9)} s`;
  }
}

const second = 1_000_000_000n;
export const now = (): Instant => process.hrtime.bigint();
