// When each event was being handled, on the machine's monotonic clock: the evidence that a demo or a test judges by. Kept in typed
// arrays, so that a million events cost 16 MB and no garbage. The oldest records give way to new ones, and the answer says so.
import type { RecordsAnswer } from "./answers.ts";

const second = 1e9;

export class EventRecords {
  readonly baseNs: bigint;
  readonly #now: () => bigint;
  readonly #capacity: number;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  #begun = 0;
  #ended = 0;

  /** `now` answers nanoseconds of a clock that never steps. */
  constructor(now: () => bigint, capacity: number) {
    this.#now = now;
    this.baseNs = now();
    this.#capacity = capacity;
    this.#starts = new Float64Array(capacity);
    this.#ends = new Float64Array(capacity);
  }

  /** Records a start and answers the event's number, for `end`. */
  begin(): number {
    const event = this.#begun++;
    this.#starts[event % this.#capacity] = this.#offset();
    this.#ends[event % this.#capacity] = -1;
    return event;
  }

  end(event: number): void {
    this.#ended++;
    if (event >= this.dropped) this.#ends[event % this.#capacity] = this.#offset();
  }

  /** How many events were begun. */
  get count(): number {
    return this.#begun;
  }

  get inFlight(): number {
    return this.#begun - this.#ended;
  }

  /** How many of the oldest records gave way. */
  get dropped(): number {
    return Math.max(0, this.#begun - this.#capacity);
  }

  /** Events begun within the last second. */
  lastSecond(): number {
    const since = this.#offset() - second;
    let event = this.#begun;
    while (event > this.dropped && (this.#starts[(event - 1) % this.#capacity] ?? 0) >= since) event--;
    return this.#begun - event;
  }

  /** The records from event number `from` on, as far as they are kept. */
  since(from: number): Omit<RecordsAnswer, "bootId" | "instance"> {
    const first = Math.max(from, this.dropped);
    const events = Array.from({ length: Math.max(0, this.#begun - first) }, (_, i) => (first + i) % this.#capacity);
    const pick = (column: Float64Array) => events.map((at) => column[at] ?? -1);
    return { baseNs: String(this.baseNs), dropped: this.dropped, from: first, starts: pick(this.#starts), ends: pick(this.#ends) };
  }

  #offset(): number {
    return Number(this.#now() - this.baseNs);
  }
}
