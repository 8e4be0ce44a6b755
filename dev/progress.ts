// What a person sees while something long is under way: on a terminal one live line, elsewhere a plain line now and then, so
// that a log shows that it is alive without filling up. Goes to standard error: standard output belongs to results.
// Not promised: that every update is shown. The last one before a line is written wins.

export interface Progress {
  /** What is being done right now, and how far it is. */
  update(text: string): void;
  done(text?: string): void;
  fail(text?: string): void;
}

export type StartProgress = (title: string) => Progress;

/** Where the lines go: a stream, and whether it is a terminal of so many columns. */
export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const LIVE_INTERVAL_MS = 500;
const PLAIN_INTERVAL_MS = 15_000;

/** "0.4 s", "59 s", "2 min 05 s", "1 h 02 min". */
export function elapsedText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  const two = (n: number) => String(n).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}

/** One line: what, how far, how long so far; cut to `columns`. */
export function progressLine(title: string, text: string, elapsedMs: number, columns = Number.POSITIVE_INFINITY): string {
  const end = ` (${elapsedText(elapsedMs)})`;
  const start = text === "" ? title : `${title}: ${text}`;
  const room = columns - end.length;
  return start.length <= room ? start + end : `${start.slice(0, Math.max(0, room - 1))}…${end}`;
}

export function startProgress(title: string, out: ProgressOutput = process.stderr): Progress {
  const startedAt = performance.now();
  const live = out.isTTY === true;
  let text = "";
  const line = () => progressLine(title, text, performance.now() - startedAt, live ? (out.columns ?? 80) - 1 : undefined);
  const show = () => out.write(live ? `\r\x1b[K${line()}` : `${line()}\n`);
  if (live) show();
  const timer = setInterval(show, live ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS);
  timer.unref();
  const end = (word: string, last: string) => {
    clearInterval(timer);
    text = last;
    out.write(`${live ? "\r\x1b[K" : ""}${word} ${line()}\n`);
  };
  return {
    update(next) {
      text = next;
      if (live) show();
    },
    done: (last = "") => end("ok:", last),
    fail: (last = text) => end("failed:", last),
  };
}

/** Shows nothing: for callers whose output is read by a program. */
export const silentProgress: StartProgress = () => ({ update() {}, done() {}, fail() {} });
