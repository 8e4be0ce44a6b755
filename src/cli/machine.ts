// What of the machine a command may use, handed in as one argument: a test hands in its own.
import type { Clock } from "../shared/clock.ts";

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
}

/** kubectl finds a plugin by the name of its file, in which an underscore stands for a dash. */
export function programName(path: string): string {
  const file = path.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");
  return file.startsWith("kubectl-") ? `kubectl ${file.slice("kubectl-".length).replaceAll("_", "-")}` : "exclusive-window";
}
