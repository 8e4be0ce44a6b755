// Runs other programs. The only file of the development tools that starts a program it waits for.
//
// Promised: the program's output is part of the error when it fails; an aborted signal ends the program.
// Programs of the system's administrator (iptables, ip) are found even where PATH lacks their directories.
import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Called with every line of standard error as it comes. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface CommandResult {
  /** Exit code; -1 where the program could not be started or was ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const ADMINISTRATOR_PATHS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
const SHOWN_ERROR_CHARACTERS = 4000;
const SHOWN_COMMAND_CHARACTERS = 240;

/** PATH with the administrator's directories at its end. */
export function searchPath(): string {
  return [...(process.env.PATH ?? "").split(delimiter), ...ADMINISTRATOR_PATHS].join(delimiter);
}

/** The full path of a program, or undefined where none of that name can be run. */
export function findProgram(name: string): string | undefined {
  const candidates = searchPath()
    .split(delimiter)
    .map((directory) => join(directory, name));
  return candidates.find((path) => existsSync(path) && (statSync(path).mode & 0o111) !== 0 && statSync(path).isFile());
}

/** Runs a program to its end, whatever its exit code is. Never throws for what the program did. */
export function attempt(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
      env: { ...process.env, PATH: searchPath(), ...options.env },
      stdio: "pipe",
    });
    const out: Buffer[] = [];
    const err: string[] = [];
    const lines = lineSplitter((line) => {
      err.push(line);
      options.onLine?.(line);
    });
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => lines.push(chunk));
    child.stdin.on("error", () => {}); // it may end before it has read its input
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => err.push(error.message));
    child.on("close", (code) => {
      lines.end();
      resolve({ code: code ?? -1, stdout: Buffer.concat(out).toString(), stderr: err.join("\n") });
    });
  });
}

function lineSplitter(onLine: (line: string) => void): { push(chunk: Buffer): void; end(): void } {
  const decoder = new TextDecoder();
  let rest = "";
  return {
    push(chunk) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(onLine);
    },
    end() {
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}

/** Runs a program and answers its standard output. Throws with its messages where the exit code is not 0. */
export async function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await attempt(program, args, options);
  if (result.code === 0) return result.stdout;
  options.signal?.throwIfAborted();
  const said = (result.stderr.trim() || result.stdout.trim()).slice(-SHOWN_ERROR_CHARACTERS);
  const how = result.code === -1 ? "did not run to its end" : `failed with exit code ${result.code}`;
  throw new Error(`${[program, ...args].join(" ").slice(0, SHOWN_COMMAND_CHARACTERS)} ${how}${said === "" ? "" : `:\n${said}`}`);
}
