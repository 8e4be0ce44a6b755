// What of the machine a command may use, handed in as one argument: a test hands in its own.
import type { Clock } from "../shared/clock.ts";
import type { SessionOptions } from "../zookeeper/client.ts";
import type { Session } from "../zookeeper/session.ts";

export interface Machine {
  readonly clock: Pick<Clock, "now">;
  /** What the user typed: "exclusive-window", or "kubectl exclusive-window". */
  readonly program: string;
  /** Standard output: answers, and nothing else. */
  readonly out: (text: string) => void;
  /** Standard error: errors, warnings and remarks. */
  readonly err: (text: string) => void;
  /** The text of a file, of standard input where it is "-"; rejects with the system's reason. */
  readonly read: (file: string) => Promise<string>;
  /** The environment's variables. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Only where a person sits there, on standard input and standard error: their answer to a question, "" where they give none. */
  readonly ask?: (question: string) => Promise<string>;
  /** Which of the two outputs is a terminal. */
  readonly screen?: { readonly out: boolean; readonly err: boolean };
  /** Aborts when the user ends the program, as ctrl-c does; who calls it sees to the end. */
  readonly interruption?: () => AbortSignal;
  /** Default: a real one. */
  readonly openSession?: (options: SessionOptions) => Promise<Session>;
}

/** kubectl finds a plugin by the name of its file, in which an underscore stands for a dash. */
export function programName(path: string): string {
  const file = path.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");
  return file.startsWith("kubectl-") ? `kubectl ${file.slice("kubectl-".length).replaceAll("_", "-")}` : "exclusive-window";
}
