// Leases: units of work of other programs. Each one is in the gate from its grant until it is given back or its time has run out.
//
// Promised: a lease is granted only while the door is open; while the gate drains those that were granted can be renewed, and the
// locks are held until the last one has ended.
// Not promised: that the work behind a lease whose time ran out has ended, nor that the locks are still held when ZooKeeper dropped
// the session under it. `lock` says so: `endangered` while ZooKeeper is silent, `lost` once the lock went from under the lease.
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import type { Door } from "./door.ts";
import { type Lease, LeaseTable } from "./lease-table.ts";

export type LeaseLock = "held" | "endangered" | "lost";

export interface LeaseView extends Lease {
  /** Milliseconds that are left, 0 or more. */
  readonly leftMs: number;
  readonly lock: LeaseLock;
}

export type PutOutcome =
  | { readonly kind: "granted" | "renewed" | "lost"; readonly lease: LeaseView }
  | { readonly kind: "closed" }
  | { readonly kind: "full" };

export interface LeaseParts {
  readonly door: Pick<Door, "state" | "tokens" | "tryEnter" | "leave" | "onChange">;
  readonly clock: Clock;
  readonly log: Log;
  readonly most: number;
  /** How long leases may hold the locks after the door began to close; Infinity: as long as they are renewed. */
  readonly drainTimeoutMs: number;
}

/** Leases that run out are looked for no more often than this; the locks are held a little longer for it. */
const sweepMs = 100;

export class Leases {
  readonly #parts: LeaseParts;
  readonly #table: LeaseTable;
  #sweep: { readonly at: number; readonly cancel: () => void } | undefined;
  #cancelDrain: (() => void) | undefined;

  constructor(parts: LeaseParts) {
    this.#parts = parts;
    this.#table = new LeaseTable(parts.most);
    parts.door.onChange(() => this.#limitDrain());
  }

  get size(): number {
    return this.#table.size;
  }

  list(): readonly LeaseView[] {
    this.#endExpired();
    return this.#table.all().map((lease) => this.#view(lease));
  }

  find(id: string): LeaseView | undefined {
    this.#endExpired();
    const lease = this.#table.find(id);
    return lease && this.#view(lease);
  }

  put(id: string, ttlMs: number): PutOutcome {
    const { clock } = this.#parts;
    const known = this.#known(id);
    if (known !== undefined && this.#lockOf(known) === "lost") return { kind: "lost", lease: this.#view(known) };
    if (known === undefined) {
      if (this.#table.isFull) this.#endExpired();
      if (this.#table.isFull) return { kind: "full" };
      if (!this.#parts.door.tryEnter()) return { kind: "closed" };
    }
    const times = { ttlMs, endsAt: clock.monotonic() + ttlMs };
    const lease = known === undefined ? { id, since: clock.now(), tokens: this.#parts.door.tokens, ...times } : { ...known, ...times };
    this.#table.put(lease);
    this.#sweepAt(lease.endsAt);
    return { kind: known === undefined ? "granted" : "renewed", lease: this.#view(lease) };
  }

  /** Whether there was one. */
  end(id: string): boolean {
    const known = this.#known(id) !== undefined;
    if (known) this.#remove(id);
    return known;
  }

  /** One whose time has run out has ended, even if nobody looked yet. */
  #known(id: string): Lease | undefined {
    const lease = this.#table.find(id);
    if (lease === undefined || lease.endsAt > this.#parts.clock.monotonic()) return lease;
    this.#endExpired();
    return undefined;
  }

  #remove(id: string): void {
    if (this.#table.remove(id)) this.#parts.door.leave();
  }

  #endExpired(): void {
    for (const { id, ttlMs } of this.#table.takeExpired(this.#parts.clock.monotonic())) {
      this.#parts.log.warn("a lease ran out: its work was neither given back nor renewed in time", { lease: id, ttlMs });
      this.#parts.door.leave();
    }
  }

  #sweepAt(instant: number): void {
    if (this.#sweep !== undefined && this.#sweep.at <= instant) return;
    this.#sweep?.cancel();
    const { clock } = this.#parts;
    const cancel = clock.after(Math.max(sweepMs, instant - clock.monotonic()), () => {
      this.#sweep = undefined;
      this.#endExpired();
      const next = this.#table.nextEnd;
      if (next !== undefined) this.#sweepAt(next);
    });
    this.#sweep = { at: instant, cancel };
  }

  #limitDrain(): void {
    const { door, clock, drainTimeoutMs, log } = this.#parts;
    if (door.state === "open") {
      this.#cancelDrain?.();
      this.#cancelDrain = undefined;
    } else if (this.#cancelDrain === undefined && this.#table.size > 0 && Number.isFinite(drainTimeoutMs)) {
      this.#cancelDrain = clock.after(drainTimeoutMs, () => {
        if (this.size === 0) return;
        log.warn("leases held the locks for longer than the drain timeout: they are ended", { leases: this.size });
        for (const { id } of this.#table.all()) this.#remove(id);
      });
    }
  }

  #view(lease: Lease): LeaseView {
    return { ...lease, leftMs: Math.max(0, lease.endsAt - this.#parts.clock.monotonic()), lock: this.#lockOf(lease) };
  }

  #lockOf({ tokens }: Lease): LeaseLock {
    const now = this.#parts.door.tokens;
    if (tokens.some((token, index) => token !== now[index])) return "lost";
    return this.#parts.door.state === "suspended" ? "endangered" : "held";
  }
}
