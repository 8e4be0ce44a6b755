// What the processor answers over HTTP, for whoever reads it.

/** GET /stats */
export interface StatsAnswer {
  /** One process: changes when the processor is restarted. */
  readonly instance: string;
  /** Of the machine since it was started: times of two processors may be compared where this is equal. */
  readonly bootId: string;
  /** Of the gate. */
  readonly state: string;
  /** False in a control run. */
  readonly obeysGate: boolean;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly inFlight: number;
  /** What the present session has sent: all frames, and the heartbeats among them. */
  readonly zookeeper: { readonly requests: number; readonly heartbeats: number };
  /** The last hundred changes of the gate's state; `atNs` is CLOCK_MONOTONIC in nanoseconds. */
  readonly transitions: readonly { readonly state: string; readonly atNs: string }[];
}

/** GET /records?from=N */
export interface RecordsAnswer {
  readonly instance: string;
  readonly bootId: string;
  /** CLOCK_MONOTONIC in nanoseconds that the offsets below are counted from. */
  readonly baseNs: string;
  /** How many of the oldest records are no longer kept. */
  readonly dropped: number;
  /** The number of the first event below. */
  readonly from: number;
  /** Nanoseconds after `baseNs`, one for each event. */
  readonly starts: readonly number[];
  /** The same of the ends; -1 for an event in flight. */
  readonly ends: readonly number[];
}
