// A watch that never ends: list, watch, and after whatever happens list or watch again.
//
// Promised: no answer, silence or handler ends it, only stop(); changes that a watch missed come with the next list, every
// ten minutes at the latest. `lastHeardMs` grows only while the server is really heard: use it for readiness.
// Not promised: that what it knows is the present. Before an effect, read uncached.
import { type Clock, delay } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { createBackoff } from "./backoff.ts";
import { isKubeError } from "./errors.ts";
import { listAll, type Selectors } from "./list.ts";
import type { Rest } from "./rest.ts";
import { type Change, createWatchStore, type WatchedObject, type WatchStore } from "./watch-store.ts";
import { type WatchEvent, watchOnce } from "./watch-stream.ts";

export interface WatchOptions<T> {
  readonly rest: Rest;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
  /** For logs and problems: "ExclusiveWindows". */
  readonly what: string;
  /** The path that is listed and watched: windowsPath, deploymentsPath… */
  readonly path: string;
  readonly selectors?: Selectors;
  /** What is kept of an object; keep it small. */
  project(object: WatchedObject): T;
  /** Called in order. It should only note that there is something to do: a throw is logged, and tried again at the next list. */
  onChange(change: Change<T>): void;
}

export interface Watch<T> {
  /** What it watches, for logs and problems. */
  readonly what: string;
  /** The monotonic instant of the last list, event or bookmark; -Infinity before the first. */
  readonly lastHeardMs: number;
  /** What stands in the way now, such as a missing permission; undefined while the server is heard. */
  readonly problem: string | undefined;
  readonly counts: WatchCounts;
  /** Resolves after the first list, or on stop. */
  readonly synced: Promise<void>;
  objects(): readonly T[];
  stop(): void;
}

export interface WatchCounts {
  readonly lists: number;
  readonly watches: number;
  readonly failures: number;
  /** Changes that a watch should have told and a list found. Should stay 0. */
  readonly missed: number;
  readonly handlerThrows: number;
}

const relistMs = 600_000;
/** A watch that lived this long was healthy: the next failure is a first one. */
const healthyMs = 120_000;
/** A server that ends watches faster than this is not obeyed at once, or we would ask it without pause. */
const shortMs = 5_000;
/** For what only an administrator can change. */
const slowMs = 30_000;
const longestRetryAfterMs = 300_000;

export function watchForever<T>(options: WatchOptions<T>): Watch<T> {
  return new EndlessWatch(options);
}

class EndlessWatch<T> implements Watch<T> {
  readonly what: string;
  readonly synced: Promise<void>;
  readonly counts = { lists: 0, watches: 0, failures: 0, missed: 0, handlerThrows: 0 };
  lastHeardMs = Number.NEGATIVE_INFINITY;
  problem: string | undefined;
  readonly #options: WatchOptions<T>;
  readonly #store: WatchStore<T>;
  readonly #backoff: ReturnType<typeof createBackoff>;
  readonly #stopping = new AbortController();
  #setSynced = () => {};
  /** Where the next watch starts; undefined: list first. */
  #version: string | undefined;
  #listedMs = Number.NEGATIVE_INFINITY;
  /** True from a list to the first event after it: a "too old" now is not cured by another list. */
  #fresh = false;

  constructor(options: WatchOptions<T>) {
    this.#options = options;
    this.what = options.what;
    this.#backoff = createBackoff(options.random);
    this.#store = createWatchStore<T>({
      project: options.project,
      onChange: options.onChange,
      onThrow: (error) => this.#onThrow(error),
    });
    this.synced = new Promise((resolve) => {
      this.#setSynced = resolve;
    });
    void this.#run();
  }

  objects(): readonly T[] {
    return this.#store.objects();
  }

  stop(): void {
    this.#stopping.abort();
    this.#setSynced();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const pauseMs = await this.#turn();
      if (pauseMs > 0) await delay(this.#options.clock, pauseMs, this.#stopping.signal);
    }
  }

  /** One list (where due) and one watch. Answers how long to wait before the next; never throws. */
  async #turn(): Promise<number> {
    const { clock } = this.#options;
    let openedMs = Number.NaN;
    const lived = (ms: number) => clock.monotonic() - openedMs >= ms;
    try {
      const version = await this.#startingPoint();
      await this.#watch(version, () => {
        openedMs = clock.monotonic();
      });
      if (lived(healthyMs)) this.#backoff.reset();
      return lived(shortMs) ? 0 : this.#backoff.next();
    } catch (error) {
      if (this.#stopping.signal.aborted) return 0;
      if (lived(healthyMs)) this.#backoff.reset();
      return this.#afterFailure(error);
    }
  }

  async #startingPoint(): Promise<string> {
    const { rest, clock, what, path, selectors } = this.#options;
    if (this.#version !== undefined && clock.monotonic() - this.#listedMs < relistMs) return this.#version;
    const listing = await listAll<WatchedObject>(rest, `list ${what}`, path, selectors);
    if (this.#stopping.signal.aborted) return listing.resourceVersion;
    this.counts.lists++;
    this.counts.missed += this.#store.replace(listing, this.#version);
    this.#version = listing.resourceVersion;
    this.#listedMs = clock.monotonic();
    this.#fresh = true;
    this.#heard();
    this.#setSynced();
    return listing.resourceVersion;
  }

  async #watch(resourceVersion: string, onOpen: () => void): Promise<void> {
    const { rest, clock, random, what, path, selectors = {} } = this.#options;
    await watchOnce({
      rest,
      clock,
      what: `watch ${what}`,
      path,
      selectors,
      resourceVersion,
      // Spread out, so that the watches of a fleet do not all come back at the same instant.
      timeoutSeconds: Math.round(300 + random() * 300),
      signal: this.#stopping.signal,
      onOpen: () => {
        this.counts.watches++;
        onOpen();
      },
      onEvent: (event) => this.#onEvent(event),
    });
  }

  #onEvent(event: WatchEvent): void {
    if (this.#stopping.signal.aborted) return;
    if (event.type === "DELETED") this.#store.remove(event.object);
    else if (event.type !== "BOOKMARK") this.#store.put(event.object);
    this.#version = event.object.metadata?.resourceVersion;
    this.#fresh = false;
    this.#heard();
  }

  #heard(): void {
    this.lastHeardMs = this.#options.clock.monotonic();
    this.problem = undefined;
  }

  #afterFailure(error: unknown): number {
    const { log, what, random } = this.#options;
    this.counts.failures++;
    // Once per trouble: an API server that is away must not fill the log.
    log[this.problem === undefined ? "info" : "debug"]("watch interrupted", { what, error: messageOf(error) });
    this.problem = messageOf(error);
    if (isKubeError(error, "Gone")) {
      this.#version = undefined;
      if (!this.#fresh) return 0;
    }
    const pauseMs = this.#backoff.next();
    if (isKubeError(error, "NotFound", "Forbidden")) return slowMs + random() * slowMs;
    const retryAfterMs = isKubeError(error) ? (error.retryAfterMs ?? 0) : 0;
    // The jitter on top: whoever was turned away together should not come back together.
    return retryAfterMs > 0 ? Math.min(retryAfterMs, longestRetryAfterMs) + random() * 1000 : pauseMs;
  }

  #onThrow(error: unknown): void {
    this.counts.handlerThrows++;
    this.#options.log.error("a watch's handler threw", { what: this.#options.what, error: messageOf(error) });
  }
}
