// A child process of a component: in a process group of its own, so that what it started ends with it when it has to.
//
// Promised: it has ended when this resolves; if it was told to stop, so has its whole group. Not promised: that what it leaves running
// in the background is waited for otherwise, or that it ends when this program is killed.
import { type ChildProcess, spawn } from "node:child_process";
import { type Clock, delay } from "../../shared/clock.ts";
import { messageOf } from "../../shared/errors.ts";

export interface ChildOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** It must stop: SIGTERM, and SIGKILL for what is left after `killAfterMs`. */
  readonly stop: AbortSignal;
  readonly killAfterMs: number;
  readonly signals: ChildSignals;
  /** Takes its standard output; left out: that goes to our standard error. */
  readonly output?: (bytes: Buffer) => void;
}

/** What this program is sent while children run is theirs: calls back until the answer is called. */
export type ChildSignals = (listener: (name: NodeJS.Signals) => void) => () => void;

const pollMs = 50;

/** Undefined: it ended with exit code 0; otherwise how it ended. Never rejects. */
export async function runChild(options: ChildOptions): Promise<string | undefined> {
  const { program, args, env, stop, signals, output } = options;
  const child = spawn(program, args, { stdio: ["ignore", output === undefined ? 2 : "pipe", 2], env, detached: true });
  if (output !== undefined) child.stdout?.on("data", output);
  const ended = endOf(child);
  const { pid } = child;
  if (pid === undefined) return ended;
  const forget = signals((name) => void sent(pid, name));
  let stopping: Promise<void> | undefined;
  const onStop = () => {
    stopping ??= endAll(pid, options);
  };
  stop.addEventListener("abort", onStop, { once: true });
  if (stop.aborted) onStop();
  const end = await ended;
  await stopping;
  stop.removeEventListener("abort", onStop);
  forget();
  return end;
}

function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      // A signal that could not be sent is an error too, and no end.
      if (child.pid === undefined) resolve(`it could not be started: ${messageOf(error)}`);
    });
    // Not "exit": until then output may come. What the child left in the background does not count, unless it keeps our pipe.
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : code === null ? `it was ended by ${signal}` : `exit code ${code}`),
    );
  });
}

async function endAll(pid: number, { clock, killAfterMs }: ChildOptions): Promise<void> {
  const killAt = clock.monotonic() + killAfterMs;
  sent(pid, "SIGTERM");
  while (sent(pid, 0) && clock.monotonic() < killAt) await delay(clock, pollMs);
  sent(pid, "SIGKILL");
}

/** To its whole group. False: nobody is left. */
function sent(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, name);
  } catch (error) {
    // Somebody else's process, as behind sudo, is there all the same.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
