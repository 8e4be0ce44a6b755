// Looks at the demo again and again, shows what it sees, and tells when something has come true. The Job's log is shown as it is
// written; what the verdict reads is fetched anew at the end.
import { setTimeout as sleep } from "node:timers/promises";
import type { Session } from "../src/zookeeper/session.ts";
import type { Kubectl } from "./kubectl.ts";
import { type Look, look, sightOf } from "./look.ts";
import { namespace } from "./manifests.ts";
import type { Screen } from "./screen.ts";
import { block, changeKey, plainLine } from "./timeline.ts";

export interface WatchOptions {
  readonly kubectl: Kubectl;
  readonly session: Session;
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** performance.now when the demo began. */
  readonly startedAt: number;
  /** The events per second of one processor that make a full bar. */
  readonly fullRate: number;
}

const everyMs = 200;

/** Thrown when something did not come true in time. */
export class NeverCame extends Error {}

export class Watch {
  readonly #options: WatchOptions;
  #shown = "";
  #earlierJobs: ReadonlySet<string> = new Set();
  #following: { stop(): void } | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** From here on Jobs that are there already, of an earlier demo, are not looked at. */
  async ignoreEarlierJobs(): Promise<void> {
    const { jobs } = await this.look();
    this.#earlierJobs = new Set(jobs.map((job) => job.metadata.name));
  }

  look(): Promise<Look> {
    return look(this.#options.kubectl, this.#options.session, this.#earlierJobs);
  }

  /** Looks until `isTrue`, and answers that look. Throws NeverCame after `limitMs`. */
  async until(what: string, limitMs: number, isTrue: (seen: Look) => boolean): Promise<Look> {
    const end = performance.now() + limitMs;
    while (performance.now() < end) {
      this.#options.signal.throwIfAborted();
      const seen = await this.look();
      this.#show(seen);
      this.#follow(seen);
      if (isTrue(seen)) return seen;
      await sleep(everyMs);
    }
    throw new NeverCame(`${what} did not come within ${limitMs / 1000} s`);
  }

  /** Ends what it started; what is drawn stays. */
  stop(): void {
    this.#following?.stop();
    this.#options.screen.settle();
  }

  #show(seen: Look): void {
    const { screen, startedAt, fullRate } = this.#options;
    const sight = sightOf(seen, performance.now() - startedAt);
    const key = changeKey(sight);
    if (screen.isLive) screen.draw(block(sight, fullRate, screen.columns));
    else if (key !== this.#shown) screen.line(plainLine(sight));
    this.#shown = key;
  }

  #follow({ jobPods }: Look): void {
    const [pod] = jobPods;
    if (pod === undefined || this.#following !== undefined || (pod.status.phase ?? "Pending") === "Pending") return;
    const args = ["--namespace", namespace, "logs", "--follow", pod.metadata.name];
    this.#following = this.#options.kubectl.follow(args, (line) => this.#options.screen.line(`          > ${line}`));
  }
}
