// The leases that were handed out and have not ended: who, until when, under which fencing tokens. Pure: instants are arguments.
//
// Promised: no more leases than the limit; a lease whose time has run out is never found again, whoever asks first.
import type { Tokens } from "./joint-gate.ts";

export interface Lease {
  readonly id: string;
  /** Milliseconds since 1970, for people. */
  readonly since: number;
  readonly ttlMs: number;
  /** On the monotonic clock. */
  readonly endsAt: number;
  /** Of the locks that it was granted under. */
  readonly tokens: Tokens;
}

export class LeaseTable {
  readonly #leases = new Map<string, Lease>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#leases.size;
  }

  get isFull(): boolean {
    return this.#leases.size >= this.#most;
  }

  find(id: string): Lease | undefined {
    return this.#leases.get(id);
  }

  /** In the order in which they were first granted. */
  all(): readonly Lease[] {
    return [...this.#leases.values()];
  }

  put(lease: Lease): void {
    this.#leases.set(lease.id, lease);
  }

  remove(id: string): boolean {
    return this.#leases.delete(id);
  }

  /** Takes out those whose time has run out, and answers them. */
  takeExpired(at: number): readonly Lease[] {
    const expired = this.all().filter(({ endsAt }) => endsAt <= at);
    for (const { id } of expired) this.#leases.delete(id);
    return expired;
  }

  /** When the next one runs out; undefined where there is none. */
  get nextEnd(): number | undefined {
    let next: number | undefined;
    for (const { endsAt } of this.#leases.values()) next = next === undefined ? endsAt : Math.min(next, endsAt);
    return next;
  }
}
