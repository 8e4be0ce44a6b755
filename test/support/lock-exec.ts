// `exclusive-window lock exec` as a process of its own, on the server of the test file, and what its commands leave in a directory.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { server } from "./server-gate.ts";

const program = new URL("../../bin/exclusive-window.js", import.meta.url).pathname;

export interface Executed {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Execution {
  readonly child: ChildProcess;
  readonly ended: Promise<Executed>;
  /** So far. */
  readonly printed: { readonly out: string; readonly err: string };
}

export interface ExecOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Killed at the test's end where it still runs. */
export function lockExec(args: readonly string[], { input, env }: ExecOptions = {}): Execution {
  const variables = { PATH: process.env["PATH"], EXCLUSIVE_WINDOW_ZOOKEEPER: server().connectString, ...env };
  const child = spawn(process.execPath, [program, "lock", "exec", ...args], { env: variables });
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
  const ended = new Promise<Executed>((resolve) => child.once("close", (code) => resolve({ code, ...printed })));
  return { child, ended, printed };
}

/** A directory of the test's own: commands say there how far they are. */
export function aDesk() {
  const directory = mkdtempSync(join(tmpdir(), "lock-exec-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const at = (name: string) => join(directory, name);
  return {
    at,
    has: (name: string) => existsSync(at(name)),
    read: (name: string) => (existsSync(at(name)) ? readFileSync(at(name), "utf8") : ""),
  };
}

/** The words that run a script in Node. */
export const node = (script: string): readonly string[] => ["--", process.execPath, "--eval", script];
export const sh = (script: string): readonly string[] => ["--", "sh", "-c", script];
