// A program as a process of its own: what it has printed so far, and its end.
import { type ChildProcess, spawn } from "node:child_process";
import { onTestFinished } from "vitest";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** So far. */
  readonly printed: { readonly out: string; readonly err: string };
}

export interface StartOptions {
  /** Besides the path. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | undefined;
}

const launcher = new URL("../../bin/exclusive-window.js", import.meta.url).pathname;

/** Killed at the test's end where it still runs. */
export function startProgram(command: readonly string[], { env, input }: StartOptions = {}): Started {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { env: { PATH: process.env["PATH"], ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  const printed = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    printed.out += more;
  });
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    printed.err += more;
  });
  child.stdin.on("error", () => undefined); // who does not read its input may end before it is written
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, ...printed })));
  return { child, ended, printed };
}

/** `exclusive-window …` */
export function startOurs(args: readonly string[], options?: StartOptions): Started {
  return startProgram([process.execPath, launcher, ...args], options);
}
