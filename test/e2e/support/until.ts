// Waiting for what is to come: a condition and a generous limit, never a length of time.
import { setTimeout as pause } from "node:timers/promises";
import { messageOf } from "../../../src/shared/errors.ts";

export const LIMIT_MS = 180_000;
const EVERY_MS = 100;

/** Asks until the answer is neither undefined nor false. Throws after three minutes, with the last answer or error. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = LIMIT_MS,
): Promise<T> {
  const end = performance.now() + limitMs;
  let last = "nothing yet";
  while (performance.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = "not so";
    } catch (error) {
      last = messageOf(error);
    }
    await pause(EVERY_MS);
  }
  throw new Error(`waited ${limitMs / 1000} s in vain until ${what}; last: ${last}`);
}
