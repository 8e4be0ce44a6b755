// Waits for a part of the cluster to work, and says what is wrong when it does not: which process ended, and its last words.
import { setTimeout as sleep } from "node:timers/promises";
import { layout } from "./layout.ts";
import { isRunning, type ProcessRecord, readIfThere } from "./process.ts";

const POLL_MS = 100;
const LIMIT_MS = 180_000;
const SHOWN_LINES = 15;

/** Waits until `holds`. Throws when one of the processes ends, when the signal aborts, or after three minutes. */
export async function waitUntil(
  what: string,
  holds: () => boolean | Promise<boolean>,
  processes: () => readonly ProcessRecord[],
  signal?: AbortSignal,
): Promise<void> {
  const until = performance.now() + LIMIT_MS;
  while (!(await holds())) {
    signal?.throwIfAborted();
    const ended = processes().find((process) => !isRunning(process));
    if (ended !== undefined) throw new Error(`${ended.name} ended while the start waited for: ${what}.\n${lastWords(ended.name)}`);
    if (performance.now() > until)
      throw new Error(`the start waited ${LIMIT_MS / 1000} s in vain for: ${what}. The logs are in ${layout.logs}.`);
    await sleep(POLL_MS);
  }
}

function lastWords(name: string): string {
  const log = readIfThere(logOf(name))?.trimEnd().split("\n").slice(-SHOWN_LINES) ?? [];
  return `Its log (${logOf(name)}) ends with:\n${log.join("\n")}`;
}

export const logOf = (name: string): string => `${layout.logs}/${name}.log`;
