// The Java process of one server: started, found again by its pid, signalled, seen to be gone.
// A pid is used only while the command behind it still names the server's directory, since pids are used again.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const logback = join(import.meta.dirname, "logback.xml");
const main = "org.apache.zookeeper.server.quorum.QuorumPeerMain";

export interface Command {
  /** Holds zoo.cfg and server.log; marks the process as ours. */
  readonly dir: string;
  readonly jars: string;
  /** Outlives the caller. */
  readonly detached: boolean;
  readonly systemProperties: Readonly<Record<string, string>>;
}

/** Starts the server and answers its pid. Rejects where there is no Java. */
export function spawnServer(command: Command): Promise<number> {
  const { dir, jars, detached } = command;
  const properties = Object.entries({ "logback.configurationFile": logback, ...command.systemProperties }).map(([k, v]) => `-D${k}=${v}`);
  const jvm = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", ...properties, "-cp", [join(jars, "*"), dir].join(delimiter)];
  const log = openSync(logFile(dir), "a");
  const child = spawn("java", [...jvm, main, join(dir, "zoo.cfg")], { cwd: dir, detached, stdio: ["ignore", log, log] });
  closeSync(log);
  if (detached) child.unref();
  return new Promise((resolve, reject) => {
    child.on("error", (cause) => {
      reject(
        new Error(
          "cannot run java: install a Java runtime, 11 or later (Debian, Ubuntu: apt-get install default-jre-headless; macOS: brew install openjdk)",
          { cause },
        ),
      );
    });
    child.on("spawn", () => {
      if (child.pid !== undefined) resolve(child.pid);
    });
  });
}

export function isRunning(pid: number, dir: string): boolean {
  try {
    return execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).includes(join(dir, "zoo.cfg"));
  } catch {
    return false; // ps answers 1 for "no such process"
  }
}

export function signalServer(pid: number, dir: string, signal: NodeJS.Signals): void {
  if (isRunning(pid, dir)) process.kill(pid, signal);
}

/** True as soon as the process is gone, false when it is still there after `timeoutMs`. */
export async function isGoneWithin(pid: number, timeoutMs: number): Promise<boolean> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; await pause(25)) {
    if (!exists(pid)) return true;
  }
  return !exists(pid);
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The last lines that the server wrote, for an error message. */
export function logTail(dir: string, lines = 15): string {
  const text = existsSync(logFile(dir)) ? readFileSync(logFile(dir), "utf8") : "";
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}

function logFile(dir: string): string {
  return join(dir, "server.log");
}
