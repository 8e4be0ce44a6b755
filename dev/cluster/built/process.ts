// Starts the cluster's processes so that they outlive this command, recognises them later, and ends them.
//
// A process is known by its pid, its start time and the machine's boot: a pid that was given to somebody else is never taken
// for ours, nor signalled. Linux only (/proc).
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { searchPath } from "../../tools/command.ts";
import { MARK } from "./layout.ts";

export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  /** Clock ticks from the boot to the process's start, as the kernel prints them. */
  readonly startTicks: string;
  readonly bootId: string;
}

export interface Daemon {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

/** The state letter and the start time in the text of /proc/<pid>/stat; the name in it may hold spaces and parentheses. */
export function parseStat(text: string): { readonly state: string; readonly startTicks: string } | undefined {
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .trim()
    .split(" ");
  const [state, startTicks] = [fields[0], fields[19]];
  return text.includes(")") && state !== undefined && startTicks !== undefined ? { state, startTicks } : undefined;
}

/** Whether the kernel's account of the record's pid is about the very process that was recorded, alive. */
export function isSameProcess(record: ProcessRecord, bootId: string, stat: string | undefined): boolean {
  const seen = stat === undefined ? undefined : parseStat(stat);
  return seen !== undefined && record.bootId === bootId && seen.startTicks === record.startTicks && !"ZX".includes(seen.state);
}

export function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

export function isRunning(record: ProcessRecord): boolean {
  return isSameProcess(record, readBootId(), readIfThere(`/proc/${record.pid}/stat`));
}

/** Starts it in a session of its own (no terminal, no hang-up), its output at the end of the log file, the mark in its environment. */
export function startDaemon(daemon: Daemon, logFile: string, mark: string = MARK): ProcessRecord {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "a");
  try {
    const env = { PATH: searchPath(), HOME: "/root", LANG: "C.UTF-8", [mark]: "1" };
    const child = spawn(daemon.program, [...daemon.args], { detached: true, stdio: ["ignore", log, log], cwd: "/", env });
    child.on("error", () => {}); // told by the missing pid, below
    child.unref();
    return identify(daemon.name, child.pid);
  } finally {
    closeSync(log);
  }
}

function identify(name: string, pid: number | undefined): ProcessRecord {
  if (pid === undefined) throw new Error(`${name} could not be started: is its program there, and may it be run?`);
  const stat = readIfThere(`/proc/${pid}/stat`);
  const seen = stat === undefined ? undefined : parseStat(stat);
  if (seen === undefined) throw new Error(`${name} ended as soon as it was started`);
  return { name, pid, startTicks: seen.startTicks, bootId: readBootId() };
}

/** Every process that bears the mark in its environment: those that were started with it, and what they started. */
export function markedProcesses(mark: string = MARK): readonly ProcessRecord[] {
  const bootId = readBootId();
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry) || !bearsMark(entry, mark)) return [];
    const stat = parseStat(readIfThere(`/proc/${entry}/stat`) ?? "");
    const name = readIfThere(`/proc/${entry}/comm`)?.trim() ?? "?";
    return stat === undefined ? [] : [{ name, pid: Number(entry), startTicks: stat.startTicks, bootId }];
  });
}

function bearsMark(pid: string, mark: string): boolean {
  return readIfThere(`/proc/${pid}/environ`)?.split("\0").includes(`${mark}=1`) ?? false;
}

/** SIGTERM, up to `graceMs` of waiting, SIGKILL, and another wait. Throws where one is alive even then. */
export async function stopProcesses(records: readonly ProcessRecord[], graceMs: number): Promise<void> {
  signal(records, "SIGTERM");
  if (await ended(records, graceMs)) return;
  signal(records, "SIGKILL");
  if (await ended(records, 20_000)) return;
  const left = records.filter(isRunning).map(({ name, pid }) => `${name} (pid ${pid})`);
  throw new Error(`these processes do not end, not even by SIGKILL: ${left.join(", ")}`);
}

/** Only those that run are signalled, and nobody who was given the pid of one that has ended. */
export function signal(records: readonly ProcessRecord[], name: NodeJS.Signals): void {
  for (const record of records.filter(isRunning)) {
    try {
      process.kill(record.pid, name);
    } catch {
      // It ended between the look and the signal.
    }
  }
}

async function ended(records: readonly ProcessRecord[], withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (records.some(isRunning)) {
    if (performance.now() > until) return false;
    await sleep(50);
  }
  return true;
}

/** A file's text, or undefined where it is gone or may not be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
