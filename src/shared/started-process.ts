// Starts a process, and says how it ended, in one way.
//
// Promised: nothing is thrown and `ended` never rejects. Some of what the system refuses Node throws (a path below a file, arguments
// that are too long), some of it comes as an event: both are an end. Not promised: that what it leaves in the background has ended too.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { constants } from "node:os";

export type ProcessEnd =
  | { readonly kind: "not started"; readonly error: unknown }
  | { readonly kind: "ended"; readonly code: number | null; readonly signal: NodeJS.Signals | null };

export interface StartedProcess {
  /** Undefined: it was not started, and `ended` says why. */
  readonly child: ChildProcess | undefined;
  readonly ended: Promise<ProcessEnd>;
}

export interface ProcessOptions extends SpawnOptions {
  /** `close`: it has ended only when nobody keeps its pipes any more, since until then output may come. */
  readonly endsAt: "exit" | "close";
}

export function startProcess(program: string, args: readonly string[], { endsAt, ...options }: ProcessOptions): StartedProcess {
  try {
    const child = spawn(program, args, options);
    const ended = new Promise<ProcessEnd>((resolve) => {
      // A signal that could not be sent is an error too, and no end.
      child.on("error", (error) => child.pid === undefined && resolve({ kind: "not started", error }));
      child.once(endsAt, (code: number | null, signal: NodeJS.Signals | null) => resolve({ kind: "ended", code, signal }));
    });
    return { child: child.pid === undefined ? undefined : child, ended };
  } catch (error) {
    return { child: undefined, ended: Promise.resolve({ kind: "not started", error }) };
  }
}

/** What a shell answers for a program that ended so: its own exit code, or 128 and the signal's number. */
export function exitCodeOf({ code, signal }: Extract<ProcessEnd, { kind: "ended" }>): number {
  return code ?? signalCode(signal ?? "SIGKILL");
}

export function signalCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
