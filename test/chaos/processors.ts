// The event processors, each a process of its own, and what they wrote.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { until } from "../e2e/support/until.ts";
import type { ProcessorEvent } from "../support/history/history.ts";
import { atExit } from "./exit.ts";
import type { ProcessorPlace } from "./layout.ts";
import type { ProcessorSettings } from "./processor.ts";
import { now, type Timeline } from "./timeline.ts";

export interface Processor extends ProcessorPlace {
  /** In the order of their starts. */
  readonly events: readonly ProcessorEvent[];
  /** Of its gate, as it said last. */
  readonly state: string;
  /** Why it ended by itself; undefined while it works, and when it was asked to end. */
  readonly fault: string | undefined;
  /** SIGSTOP; resolves when it stands still. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): void;
  close(): Promise<void>;
}

const program = join(import.meta.dirname, "processor.ts");

export function startProcessor(place: ProcessorPlace, settings: ProcessorSettings, timeline: Timeline): Processor {
  const env = { ...process.env, CHAOS_PROCESSOR: JSON.stringify(settings) };
  const child = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "pipe"] });
  const events: ProcessorEvent[] = [];
  let state = "starting";
  let isClosing = false;
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const ended = read(child, (kind, first, second) => {
    if (kind === "e") events.push({ processor: place.name, start: BigInt(first), end: BigInt(second) });
    else {
      if (place.mode !== "batch") timeline.add(BigInt(first), `${place.name}: ${second}`);
      state = second;
    }
  });
  const forget = atExit(() => child.kill("SIGKILL"));
  return {
    ...place,
    events,
    get state() {
      return state;
    },
    get fault() {
      if (isClosing || (child.exitCode === null && child.signalCode === null)) return undefined;
      return `${place.name} ended by itself (${child.exitCode ?? child.signalCode}): ${complaint}`;
    },
    async pause() {
      child.kill("SIGSTOP");
      await until(`${place.name} stands still`, () => stateOf(child.pid) === "T");
    },
    resume: () => void child.kill("SIGCONT"),
    async close() {
      isClosing = true;
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      const slow = setTimeout(() => child.kill("SIGKILL"), 20_000);
      await ended;
      clearTimeout(slow);
      forget();
      timeline.add(now(), `${place.name} was closed`);
    },
  };
}

/** Resolves when it has written its last line. */
function read(child: ChildProcess, heard: (kind: string, first: string, second: string) => void): Promise<void> {
  return new Promise((resolve) => {
    if (child.stdout === null) throw new Error("a processor without an output");
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [kind = "", first = "", second = ""] = line.split(" ");
      heard(kind, first, second);
    });
    child.once("close", () => resolve());
  });
}

function stateOf(pid: number | undefined): string | undefined {
  return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
}
