// Alarms by key, at instants of the wall clock: one heap and one timer for all of them, however many and however far away.
//
// Promised: an alarm rings once, as soon as its instant has come, and within CHECK_EVERY_MS where the machine slept or its clock
// was set forward. When the wall clock steps, either way, every alarm rings at once: the instants were computed from a clock that
// no longer holds. While no alarm is set, no timer runs.
// Not promised: that an alarm which rings is due (after a step it need not be), and that a step below STEP_MS is noticed.
import TinyQueue from "tinyqueue";
import type { Clock } from "../shared/clock.ts";

export interface Alarms {
  /** Not later than at that instant (Clock.now): the earliest wish of a key counts. */
  set(key: string, at: number): void;
  delete(key: string): void;
  clear(): void;
  /** What the heap holds, alarms that are over among it: at most twice the alarms, and SPARE. */
  readonly heapSize: number;
}

export interface AlarmOptions {
  readonly clock: Clock;
  /** The alarm is over when this is called: its key may be set anew. */
  readonly ring: (key: string) => void;
  /** By how much the wall clock stepped against the monotonic one, negative for back; called before the alarms ring. */
  readonly onClockStep: (milliseconds: number) => void;
}

/**
 * The longest sleep while an alarm is set. Timers stand still while a machine is suspended, and know nothing of a wall clock that
 * is set: this is how late either is noticed. It is also far below the longest timer that Node knows (24.8 days), and one wake-up
 * in five seconds costs nothing.
 */
const CHECK_EVERY_MS = 5_000;
/** Above what slewing makes between two checks (8 % at the very most: 0.4 s), and above a leap second. A smaller step makes an alarm that much late, no more. */
const STEP_MS = 2_000;
/** Below this many entries the heap is not worth cleaning. */
const SPARE = 64;

export function createAlarms(options: AlarmOptions): Alarms {
  return new AlarmHeap(options);
}

/** How far the wall clock is ahead of the monotonic one. It stays, until the wall clock is set or the machine sleeps. */
export function wallOffset(clock: Clock): number {
  return clock.now() - clock.monotonic();
}

/** The step that the wall clock made since it was that far ahead; 0 where it made none. */
export function stepSince(offset: number, clock: Clock): number {
  const step = Math.round(wallOffset(clock) - offset);
  return Math.abs(step) > STEP_MS ? step : 0;
}

interface Alarm {
  readonly key: string;
  readonly at: number;
}

interface Timer {
  /** Monotonic. */
  readonly at: number;
  readonly cancel: () => void;
}

/** The wall clock's offset, and the monotonic instant that it was taken at. */
interface Comparison {
  readonly at: number;
  readonly offset: number;
}

const byInstant = (a: Alarm, b: Alarm) => a.at - b.at;

class AlarmHeap implements Alarms {
  readonly #options: AlarmOptions;
  readonly #alarms = new Map<string, Alarm>();
  /** Every alarm, and some that are over: those that are not in `alarms` any more. */
  #heap = new TinyQueue<Alarm>([], byInstant);
  #timer: Timer | undefined;
  /** Outlasts a moment without alarms: whoever sets the next one may have computed its instant before the clock stepped. */
  #compared: Comparison = { at: Number.NEGATIVE_INFINITY, offset: 0 };

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  get heapSize(): number {
    return this.#heap.length;
  }

  set(key: string, at: number): void {
    const known = this.#alarms.get(key);
    if (known !== undefined && known.at <= at) return;
    // What is no instant has no place in an order, and would spoil the heap's: it rings at once.
    const alarm = { key, at: Number.isNaN(at) ? Number.NEGATIVE_INFINITY : at };
    this.#alarms.set(key, alarm);
    this.#heap.push(alarm);
    this.#arrange();
  }

  delete(key: string): void {
    if (this.#alarms.delete(key)) this.#arrange();
  }

  clear(): void {
    this.#alarms.clear();
    this.#arrange();
  }

  /** After every change: cleans the heap now and then, and sees to it that the timer ends early enough. */
  #arrange(): void {
    if (this.#heap.length > 2 * this.#alarms.size + SPARE) this.#heap = new TinyQueue([...this.#alarms.values()], byInstant);
    const next = this.#next();
    if (next === undefined) this.#disarm();
    else this.#arm(next.at);
  }

  #arm(wakeAt: number): void {
    const { clock } = this.#options;
    const now = clock.monotonic();
    const ms = Math.min(Math.max(0, wakeAt - clock.now()), CHECK_EVERY_MS);
    const at = now + ms;
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    if (this.#timer === undefined && now - this.#compared.at >= CHECK_EVERY_MS) this.#compare();
    this.#disarm();
    this.#timer = { at, cancel: clock.after(ms, () => this.#check()) };
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #check(): void {
    const { clock, ring, onClockStep } = this.#options;
    this.#timer = undefined;
    const step = stepSince(this.#compared.offset, clock);
    this.#compare();
    const over = step === 0 ? this.#takeDue(clock.now()) : this.#takeAll();
    this.#arrange();
    if (step !== 0) onClockStep(step);
    for (const { key } of over) ring(key);
  }

  #compare(): void {
    const { clock } = this.#options;
    this.#compared = { at: clock.monotonic(), offset: wallOffset(clock) };
  }

  #takeDue(now: number): readonly Alarm[] {
    const due: Alarm[] = [];
    for (let next = this.#next(); next !== undefined && next.at <= now; next = this.#next()) {
      this.#alarms.delete(next.key);
      due.push(next);
    }
    return due;
  }

  #takeAll(): readonly Alarm[] {
    const all = [...this.#alarms.values()].sort(byInstant);
    this.#alarms.clear();
    return all;
  }

  /** The earliest alarm. Those that are over and stood before it leave the heap. */
  #next(): Alarm | undefined {
    for (;;) {
      const first = this.#heap.peek();
      if (first === undefined || this.#alarms.get(first.key) === first) return first;
      this.#heap.pop();
    }
  }
}
