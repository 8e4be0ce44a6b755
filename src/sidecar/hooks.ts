// The hooks of a gate: told when it opens and when it closes, one after the other and never both at once.
//
// Promised: a closing hook that fails is called again until it succeeds or its time has run out; the lock is held for as long. A
// failure is logged, and opens nothing.
// Not promised: that an application which only a hook tells has stopped, once that hook's time has run out. Without a limit the lock
// is held until the hook has succeeded.
import { type Clock, delay } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import { type Hook, type HookEvent, type HookOutcome, runHook } from "./hook.ts";

export interface HookSettings {
  readonly onClosing: Hook | undefined;
  readonly onOpen: Hook | undefined;
  /** For all attempts of one closing, or for the one of an opening; Infinity: no limit. */
  readonly timeoutMs: number;
}

const pauseMs = 1000;

export class Hooks {
  readonly #settings: HookSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  /** What the gate is like now, as JSON. */
  readonly #body: () => string;

  constructor(settings: HookSettings, clock: Clock, log: Log, body: () => string) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    this.#body = body;
  }

  /** Ends early when the gate closes. */
  async opening(closed: AbortSignal): Promise<void> {
    const { onOpen } = this.#settings;
    if (onOpen === undefined) return;
    const outcome = await this.#timed((limit) => this.#call(onOpen, "open", AbortSignal.any([limit, closed])));
    if (outcome.kind === "failed" && !closed.aborted) this.#log.warn("the opening hook failed", { error: outcome.message });
  }

  async closing(): Promise<void> {
    const { onClosing } = this.#settings;
    if (onClosing !== undefined) await this.#timed((limit) => this.#insist(onClosing, limit));
  }

  async #insist(hook: Hook, limit: AbortSignal): Promise<void> {
    for (;;) {
      const outcome = await this.#call(hook, "closing", limit);
      if (outcome.kind === "done") return;
      if (limit.aborted) {
        this.#log.error("the closing hook did not succeed in its time: the lock is released all the same", { error: outcome.message });
        return;
      }
      this.#log.warn("the closing hook failed: it is called again", { error: outcome.message });
      await delay(this.#clock, pauseMs, limit);
    }
  }

  #call(hook: Hook, event: HookEvent, signal: AbortSignal): Promise<HookOutcome> {
    return runHook(hook, event, this.#body(), signal);
  }

  async #timed<T>(attempt: (limit: AbortSignal) => Promise<T>): Promise<T> {
    const { timeoutMs } = this.#settings;
    const limit = new AbortController();
    const cancel = Number.isFinite(timeoutMs) ? this.#clock.after(timeoutMs, () => limit.abort()) : undefined;
    try {
      return await attempt(limit.signal);
    } finally {
      cancel?.();
    }
  }
}
