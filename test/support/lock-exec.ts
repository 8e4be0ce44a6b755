// `exclusive-window lock exec` as a process of its own, on the server of the test file, and what its commands leave in a directory.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { server } from "./server-gate.ts";
import { type Started, type StartOptions, startOurs } from "./started-program.ts";

/** Killed at the test's end where it still runs. */
export function lockExec(args: readonly string[], { input, env }: StartOptions = {}): Started {
  return startOurs(["lock", "exec", ...args], { input, env: { EXCLUSIVE_WINDOW_ZOOKEEPER: server().connectString, ...env } });
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
