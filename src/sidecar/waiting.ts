// Waits on a running gate for as long as the caller likes, request by request.
//
// Promised: a gate that does not answer is neither open nor closed: it is asked again until the time is over.
import { type Clock, delay } from "../shared/clock.ts";
import type { GateAnswer, GateClient } from "./client.ts";

export type WaitOutcome =
  | { readonly kind: "reached" }
  /** The last thing that was heard. */
  | { readonly kind: "late"; readonly message: string }
  | { readonly kind: "stopped" };

export interface WaitParts {
  readonly client: GateClient;
  readonly clock: Clock;
  /** Infinity: for ever. */
  readonly timeoutMs: number;
  /** Stops waiting. */
  readonly signal?: AbortSignal;
}

const longestAskMs = 30_000;
const pauseMs = 500;

export function waitFor(parts: WaitParts, until: "open" | "closed"): Promise<WaitOutcome> {
  return repeat(
    parts,
    (ms) => parts.client.ask("GET", `/v1/gate?wait=${ms}ms&for=${until}`, ms, parts.signal),
    ({ status }) => status === (until === "open" ? 200 : 423),
  );
}

/** Lets no new work in, and waits for the leases. */
export function drainGate(parts: WaitParts): Promise<WaitOutcome> {
  return repeat(
    parts,
    (ms) => parts.client.ask("POST", `/v1/drain?wait=${ms}ms`, ms, parts.signal),
    ({ status }) => status === 200,
  );
}

type Heard = Extract<GateAnswer, { kind: "answer" }>;

async function repeat(
  { clock, timeoutMs, signal }: WaitParts,
  ask: (ms: number) => Promise<GateAnswer>,
  isReached: (answer: Heard) => boolean,
): Promise<WaitOutcome> {
  const end = clock.monotonic() + timeoutMs;
  for (;;) {
    const answer = await ask(Math.floor(Math.max(0, Math.min(longestAskMs, end - clock.monotonic()))));
    if (signal?.aborted) return { kind: "stopped" };
    if (answer.kind === "answer" && isReached(answer)) return { kind: "reached" };
    if (clock.monotonic() >= end) return { kind: "late", message: heardText(answer) };
    // A gate that waits for nothing, or does not answer, is not asked without rest.
    if (answer.kind === "silent" || answer.status >= 400) await delay(clock, Math.min(pauseMs, end - clock.monotonic()), signal);
  }
}

/** What a person is told of an answer. */
export function heardText(answer: GateAnswer): string {
  if (answer.kind === "silent") return answer.message;
  const { error, state, reason } = answer.body;
  if (typeof error === "string") return error;
  return `the gate is ${String(state)}${typeof reason === "string" ? `: ${reason}` : ""}`;
}
