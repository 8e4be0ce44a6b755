// How long the processors took to pause, by their own records of their gates on the machine's monotonic clock. Pure.

export interface Transition {
  readonly state: string;
  /** CLOCK_MONOTONIC in nanoseconds. */
  readonly atNs: string;
}

/**
 * From the instant at which the first gate shut until the last one had released, in milliseconds: the last pause before
 * `beforeNs` of each gate. Undefined where a gate did not pause.
 */
export function drainMs(gates: readonly (readonly Transition[])[], beforeNs: bigint): number | undefined {
  let first: bigint | undefined;
  let last: bigint | undefined;
  for (const gate of gates) {
    const earlier = gate.filter((t) => BigInt(t.atNs) < beforeNs);
    const shut = earlier.findLast((t) => t.state === "draining");
    const released = earlier.findLast((t) => t.state === "paused");
    if (shut === undefined || released === undefined) return undefined;
    const [shutNs, releasedNs] = [BigInt(shut.atNs), BigInt(released.atNs)];
    first = first === undefined || shutNs < first ? shutNs : first;
    last = last === undefined || releasedNs > last ? releasedNs : last;
  }
  return first === undefined || last === undefined ? undefined : Number(last - first) / 1e6;
}
