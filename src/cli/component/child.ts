// A child process of a component: in a process group of its own, so that what it started ends with it when it has to.
//
// Promised: it has ended when this resolves; if it was told to stop, so has its whole group. Not promised: that what it leaves running
// in the background is waited for otherwise, or that it ends when this program is killed.
import { type ChildProcess, spawn } from "node:child_process";
import { messageOf } from "../../shared/errors.ts";
import { type EndTerms, endProcesses, signalled } from "../process-group.ts";

export interface ChildOptions extends EndTerms {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** It must stop, with its whole group. */
  readonly stop: AbortSignal;
  readonly signals: ChildSignals;
  /** Takes its standard output; left out: that goes to our standard error. */
  readonly output?: (bytes: Buffer) => void;
}

/** What this program is sent while children run is theirs: calls back until the answer is called. */
export type ChildSignals = (listener: (name: NodeJS.Signals) => void) => () => void;

/** Undefined: it ended with exit code 0; otherwise how it ended. Never rejects. */
export async function runChild(options: ChildOptions): Promise<string | undefined> {
  const { stop, signals, output } = options;
  const child = started(options);
  if (typeof child === "string") return child;
  if (output !== undefined) child.stdout?.on("data", output);
  const ended = endOf(child);
  const { pid } = child;
  if (pid === undefined) return ended;
  const forget = signals((name) => void signalled(-pid, name));
  let stopping: Promise<void> | undefined;
  const onStop = () => {
    // What has left the group may keep our pipe for ever, and its output is of no use any more.
    stopping ??= endProcesses(-pid, options).then(() => void child.stdout?.destroy());
  };
  stop.addEventListener("abort", onStop, { once: true });
  if (stop.aborted) onStop();
  const end = await ended;
  await stopping;
  stop.removeEventListener("abort", onStop);
  forget();
  return end;
}

/** Or why it could not be: some of what the system refuses Node throws, some of it comes as an event. */
function started({ program, args, env, output }: ChildOptions): ChildProcess | string {
  try {
    return spawn(program, args, { stdio: ["ignore", output === undefined ? 2 : "pipe", 2], env, detached: true });
  } catch (error) {
    return notStarted(error);
  }
}

function notStarted(error: unknown): string {
  return `it could not be started: ${messageOf(error)}`;
}

function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      // A signal that could not be sent is an error too, and no end.
      if (child.pid === undefined) resolve(notStarted(error));
    });
    // Not "exit": until then output may come. What the child left in the background does not count, unless it keeps our pipe.
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : code === null ? `it was ended by ${signal}` : `exit code ${code}`),
    );
  });
}
