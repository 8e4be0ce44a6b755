// What the demo is doing before and after its story: one line for each phase that is under way, with its elapsed time, several at
// once; and one line that stays when a phase is done, with the time since the demo began.
import { elapsedText, type Progress, progressLine, type StartProgress } from "../dev/progress.ts";
import type { Screen } from "./screen.ts";

interface Active {
  readonly title: string;
  readonly startedAt: number;
  text: string;
}

const liveIntervalMs = 200;
const plainIntervalMs = 15_000;

export class Phases {
  readonly #screen: Screen;
  readonly #startedAt: number;
  readonly #active = new Set<Active>();
  #timer: NodeJS.Timeout | undefined;

  /** `startedAt` (performance.now) is when the demo began. */
  constructor(screen: Screen, startedAt: number) {
    this.#screen = screen;
    this.#startedAt = startedAt;
  }

  /** The demo's time so far, for people. */
  get total(): string {
    return elapsedText(performance.now() - this.#startedAt);
  }

  /** Does the work as a phase; it fails as the work fails. */
  async run<T>(title: string, work: (progress: Progress) => Promise<T>): Promise<T> {
    const progress = this.start(title);
    try {
      const result = await work(progress);
      progress.done();
      return result;
    } catch (error) {
      progress.fail();
      throw error;
    }
  }

  readonly start: StartProgress = (title) => {
    const phase: Active = { title, startedAt: performance.now(), text: "" };
    this.#active.add(phase);
    this.#timer ??= setInterval(() => this.#show(), this.#screen.isLive ? liveIntervalMs : plainIntervalMs);
    const end = (word: string, text: string) => {
      if (!this.#active.delete(phase)) return;
      this.#screen.line(`${word} ${this.#lineOf({ ...phase, text })}, ${this.total} in all`);
      this.#draw();
      if (this.#active.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
    this.#draw();
    return {
      update(text) {
        phase.text = text;
      },
      done: (text = "") => end("ok:", text),
      fail: (text = phase.text) => end("failed:", text),
    };
  };

  #show(): void {
    if (this.#screen.isLive) this.#draw();
    else for (const phase of this.#active) this.#screen.line(this.#lineOf(phase));
  }

  #draw(): void {
    this.#screen.draw([...this.#active].map((phase) => this.#lineOf(phase)));
  }

  #lineOf({ title, text, startedAt }: Active): string {
    const columns = this.#screen.isLive ? this.#screen.columns - 24 : undefined;
    return progressLine(title, text, performance.now() - startedAt, columns);
  }
}
