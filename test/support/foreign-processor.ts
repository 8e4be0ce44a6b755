// An event processor in another language, as a program of its own on this machine: what it handled, and signals to it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { z } from "zod";

/** Nanoseconds of CLOCK_MONOTONIC, which all programs of one machine share. */
export interface Handled {
  readonly start: bigint;
  readonly end: bigint;
}

export interface ForeignProcessor {
  /** All events so far that have ended. */
  events(): Promise<readonly Handled[]>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM; resolves when it has ended by itself. Throws with its last words where it ended with an error. */
  stop(): Promise<void>;
  /** SIGKILL, for whatever a test leaves. */
  kill(): Promise<void>;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** A program that prints "event <start> <end>" of each event. */
export function printingProcessor(program: Program): ForeignProcessor {
  const handled: Handled[] = [];
  const { child, ...control } = start(program);
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [, from, to] = /^event (\d+) (\d+)$/.exec(line) ?? [];
      if (from !== undefined && to !== undefined) handled.push({ start: BigInt(from), end: BigInt(to) });
    });
  }
  return { events: async () => handled, ...control };
}

const records = z.object({ baseNs: z.string(), starts: z.array(z.number()), ends: z.array(z.number()) });

/** A program that answers GET /records, as examples/event-processor does. */
export function servingProcessor(program: Program, port: number): ForeignProcessor {
  const { child: _, ...control } = start(program);
  const events = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/records?from=0`);
    return handledOf(await answer.json());
  };
  return { events, ...control };
}

/** What an answer of /records tells of the events that have ended. */
export function handledOf(answer: unknown): readonly Handled[] {
  const { baseNs, starts, ends } = records.parse(answer);
  const at = (offset: number) => BigInt(baseNs) + BigInt(Math.round(offset));
  return starts.flatMap((from, i) => {
    const to = ends[i] ?? -1;
    return to < 0 ? [] : [{ start: at(from), end: at(to) }];
  });
}

function start({ command, args, env }: Program): Omit<ForeignProcessor, "events"> & { readonly child: ChildProcess } {
  const child = spawn(command, [...args], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4000);
  });
  return {
    child,
    signal: (name) => void child.kill(name),
    async stop() {
      child.kill("SIGTERM");
      const [code] = await ended;
      // 143: a JVM's way to say that SIGTERM ended it, after its hooks have run.
      if (code !== 0 && code !== 143) throw new Error(`${command} ended with ${code ?? child.signalCode}. It last wrote:\n${said}`);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
