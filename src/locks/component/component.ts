// One instance of an autonomous component: takes the component's lock, asks for batches, locks some, asks once more, lets go of the
// component's lock, works, and lets go of each batch as its work ends. decide.ts says what comes next; this file does it.
//
// Promised: work starts only while the connection is there and its batch's lock is held; it is told to stop when that lock is lost, and
// so is nobody else's; its result counts only if the lock was held to the end. A lock is released after its result was reported. When
// this resolves nothing of ours stands, or the session is over, and no work runs.
// Not promised: that work ends with the process that started it. If that one is killed its locks go with the session, while
// what it started may go on: only the fencing token keeps such a straggler from a store.
import { Bell } from "../../shared/bell.ts";
import { delay } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Session } from "../../zookeeper/session.ts";
import type { HeldLocks } from "../acquire.ts";
import { isOver } from "../removal.ts";
import { type BadId, batchPath, chooserPath, readListing } from "./batches.ts";
import { acquired, afterSilenceMs, endWithout, stillStands, warnOfOthers } from "./chooser.ts";
import { type BatchState, decide, type Facts, type Step } from "./decide.ts";
import { type BatchResult, type ComponentEnd, type ComponentReport, type ComponentRequest, componentRequestProblem } from "./request.ts";
import { worked } from "./work.ts";

export type { BatchResult, ComponentEnd, ComponentReport, ComponentRequest, WorkResult, WorkTerms } from "./request.ts";

/** Does not reject. The session stays open. */
export async function runComponent(session: Session, request: ComponentRequest): Promise<ComponentReport> {
  const problem = componentRequestProblem(request);
  if (problem !== undefined) return unchosen({ kind: "failed", message: problem });
  const path = chooserPath(request.root, request.component);
  const chooser = await acquired(session, request, path, request.timeouts.chooserMs);
  if (chooser.kind !== "held") return unchosen(endWithout(chooser));
  const instance = new Instance(session, request, chooser.locks);
  await warnOfOthers(session, request, path);
  return instance.run();
}

function unchosen(end: ComponentEnd): ComponentReport {
  return { end, results: [], passedOver: [], doneByOthers: [], unusable: [] };
}

class Instance {
  readonly #session: Session;
  readonly #request: ComponentRequest;
  readonly #batches = new Map<string, BatchState>();
  readonly #held = new Map<string, HeldLocks>();
  readonly #results: BatchResult[] = [];
  readonly #doneByOthers: string[] = [];
  readonly #unusable: BadId[] = [];
  readonly #bell = new Bell();
  readonly #ring = () => this.#bell.ring();
  #chooser: HeldLocks | undefined;
  #listedAgain: ReadonlySet<string> | undefined;
  /** Why nothing more is to be done. */
  #cut: ComponentEnd | undefined;

  constructor(session: Session, request: ComponentRequest, chooser: HeldLocks) {
    this.#session = session;
    this.#request = request;
    this.#chooser = chooser;
  }

  async run(): Promise<ComponentReport> {
    const { signal, limits } = this.#request;
    const stop = this.#session.onState(this.#ring);
    signal?.addEventListener("abort", this.#ring);
    try {
      for (const id of (await this.#ask()) ?? []) this.#batches.set(id, "listed");
      for (;;) {
        this.#bell.hear();
        await this.#lookAround();
        const step = decide(this.#facts(), limits);
        if (step.kind === "end") return this.#report();
        await this.#do(step);
      }
    } finally {
      stop();
      signal?.removeEventListener("abort", this.#ring);
    }
  }

  #facts(): Facts {
    return {
      batches: this.#batches,
      listedAgain: this.#listedAgain,
      holdsChooser: this.#chooser !== undefined,
      connected: this.#session.state === "connected",
      ending: this.#cut !== undefined,
    };
  }

  /** Who was told to end, or has lost what it had, and does not know it yet. */
  async #lookAround(): Promise<void> {
    if (this.#request.signal?.aborted) this.#cut ??= { kind: "asked" };
    if (isOver(this.#session)) this.#cut ??= { kind: "lost", message: `the ZooKeeper session is ${this.#session.state}` };
    for (const [batch, locks] of this.#held)
      if (locks.lost.aborted && this.#batches.get(batch) === "held") await this.#finish(batch, locks, lostOf(locks));
  }

  async #do(step: Exclude<Step, { readonly kind: "end" }>): Promise<void> {
    switch (step.kind) {
      case "lock":
        return this.#lock(step.batch);
      case "askAgain":
        return this.#askAgain();
      case "letGo":
        this.#doneByOthers.push(step.batch);
        return this.#letGo(step.batch);
      case "skip":
        this.#result(step.batch, { kind: "skipped" });
        return this.#letGo(step.batch);
      case "releaseChooser":
        return this.#releaseChooser();
      case "start":
        return this.#start(step.batch);
      case "wait":
        return this.#bell.wait(this.#request.clock, Number.POSITIVE_INFINITY);
    }
  }

  /** Undefined where the answer is not known; then this was the last thing. */
  async #ask(): Promise<readonly string[] | undefined> {
    try {
      const { ids, bad } = readListing(await this.#request.query());
      const known = new Set(this.#unusable.map(({ id }) => id));
      this.#unusable.push(...bad.filter(({ id }) => !known.has(id)));
      return ids;
    } catch (error) {
      const asked = this.#request.signal?.aborted === true;
      this.#cut ??= asked ? { kind: "asked" } : { kind: "failed", message: `the query for batches failed: ${messageOf(error)}` };
      return undefined;
    }
  }

  /** Without the component's lock another instance may choose at the same time: then this answer does not say what we need to know. */
  async #askAgain(): Promise<void> {
    const listed = await this.#ask();
    if (listed === undefined) return;
    if (this.#chooser === undefined || !(await stillStands(this.#session, this.#request, this.#chooser)))
      this.#cut ??= { kind: "lost", message: "the component's lock was lost while batches were chosen under it" };
    else this.#listedAgain = new Set(listed);
  }

  async #lock(batch: string): Promise<void> {
    const { root, component, timeouts, clock } = this.#request;
    const acquisition = await acquired(this.#session, this.#request, batchPath(root, component, batch), timeouts.batchMs);
    if (acquisition.kind === "held") {
      this.#held.set(batch, acquisition.locks);
      this.#batches.set(batch, "held");
      acquisition.locks.lost.addEventListener("abort", this.#ring, { once: true });
    } else if (acquisition.kind === "refused") {
      this.#unusable.push({ id: batch, message: acquisition.message });
      this.#batches.set(batch, "over");
    } else if (acquisition.kind === "timeout" && acquisition.ahead.length > 0) this.#batches.set(batch, "passedOver");
    else if (acquisition.kind === "timeout") await delay(clock, afterSilenceMs, this.#request.signal); // nobody was asked: not "free", not "taken"
  }

  async #start(batch: string): Promise<void> {
    const locks = this.#held.get(batch);
    if (locks === undefined) return void this.#batches.set(batch, "over");
    // The clock may know it before the signal does.
    if (!locks.isHeld()) return this.#finish(batch, locks, lostOf(locks));
    this.#batches.set(batch, "running");
    void worked(this.#request, batch, locks).then((result) => this.#finish(batch, locks, result));
  }

  /** Never rejects. */
  async #finish(batch: string, locks: HeldLocks, outcome: Outcome): Promise<void> {
    this.#batches.set(batch, "running"); // until the lock is released
    const result = this.#result(batch, outcome);
    try {
      await this.#request.report?.(result);
    } catch (error) {
      const failed = { kind: "failed", message: `its result could not be reported: ${messageOf(error)}` } as const;
      this.#results.splice(this.#results.indexOf(result), 1, { batch, token: locks.token, ...failed });
    }
    await this.#letGo(batch);
    this.#bell.ring();
  }

  #result(batch: string, outcome: Outcome): BatchResult {
    const result: BatchResult = { batch, token: this.#held.get(batch)?.token ?? 0n, ...outcome };
    this.#results.push(result);
    return result;
  }

  async #letGo(batch: string): Promise<void> {
    await this.#release(this.#held.get(batch));
    this.#held.delete(batch);
    this.#batches.set(batch, "over");
  }

  async #releaseChooser(): Promise<void> {
    const chooser = this.#chooser;
    await this.#release(chooser);
    this.#chooser = undefined;
  }

  /** What the servers refuse to remove goes with the session. */
  async #release(locks: HeldLocks | undefined): Promise<void> {
    await locks?.release().catch((error) => this.#request.warn?.(`a lock stays until the session ends: ${messageOf(error)}`));
  }

  #report(): ComponentReport {
    const passedOver = [...this.#batches].filter(([, state]) => state === "passedOver").map(([batch]) => batch);
    const end = this.#cut ?? { kind: "worked" };
    return { end, results: this.#results, passedOver, doneByOthers: this.#doneByOthers, unusable: this.#unusable };
  }
}

type Outcome = Awaited<ReturnType<typeof worked>> | { readonly kind: "skipped" };

function lostOf(locks: HeldLocks): Outcome {
  return { kind: "lost", message: locks.lost.aborted ? messageOf(locks.lost.reason) : "the lock's lease ran out" };
}
