// A child process of a component: in a process group of its own, so that what it started ends with it when it has to.
//
// Promised: it has ended when this resolves; if it was told to stop, so has its whole group. Not promised: that what it leaves running
// in the background is waited for otherwise, or that it ends when this program is killed.
import { messageOf } from "../../shared/errors.ts";
import { type ProcessEnd, startProcess } from "../../shared/started-process.ts";
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
  // Not at its exit: what it left in the background does not count, unless it keeps our pipe.
  const stdio = ["ignore" as const, output === undefined ? 2 : ("pipe" as const), 2];
  const { child, ended } = startProcess(options.program, options.args, { stdio, env: options.env, detached: true, endsAt: "close" });
  const pid = child?.pid;
  if (pid === undefined) return endText(await ended);
  if (output !== undefined) child?.stdout?.on("data", output);
  const forget = signals((name) => void signalled(-pid, name));
  let stopping: Promise<void> | undefined;
  const onStop = () => {
    // What has left the group may keep our pipe for ever, and its output is of no use any more.
    stopping ??= endProcesses(-pid, options).then(() => void child?.stdout?.destroy());
  };
  stop.addEventListener("abort", onStop, { once: true });
  if (stop.aborted) onStop();
  const end = endText(await ended);
  await stopping;
  stop.removeEventListener("abort", onStop);
  forget();
  return end;
}

/** Undefined: it ended with exit code 0. */
function endText(end: ProcessEnd): string | undefined {
  if (end.kind === "not started") return `it could not be started: ${messageOf(end.error)}`;
  const { code, signal } = end;
  return code === 0 ? undefined : code === null ? `it was ended by ${signal}` : `exit code ${code}`;
}
