// Runs a command as one unit of work: waits for the gate, takes a lease, renews it while the command runs, and gives it back.
//
// Promised: the command starts only under a lease; when the lease is lost, or cannot be renewed until its time is over, the command is
// told to end, and killed if it does not. Its own exit code is the answer otherwise.
// Not promised: that what the command started in the background has ended with it.
import { type Clock, delay } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import { exitCodeOf, signalCode, startProcess } from "../shared/started-process.ts";
import type { GateAnswer, GateClient } from "./client.ts";
import { heardText, type WaitOutcome, waitFor } from "./waiting.ts";

export interface LeasedCommand {
  readonly client: GateClient;
  readonly clock: Clock;
  readonly command: string;
  readonly args: readonly string[];
  /** The lease's: nobody else's. */
  readonly id: string;
  readonly ttlMs: number;
  /** How long to wait for the gate; Infinity: for ever. */
  readonly timeoutMs: number;
  /** Signals that this process is sent: they are the command's. */
  readonly onSignal: (listener: (name: NodeJS.Signals) => void) => () => void;
  /** Remarks for people. */
  readonly tell: (remark: string) => void;
}

/** Not open in time, or lost while the command ran; the same codes as of `lock exec`. */
export const NOT_IN_TIME = 3;
export const LEASE_LOST = 4;
const NOT_STARTED = 127;

const killAfterMs = 10_000;
const pauseMs = 500;

/** Resolves to the exit code. */
export async function runUnderLease(leased: LeasedCommand): Promise<number> {
  const stopping = new AbortController();
  let stopped: NodeJS.Signals = "SIGTERM";
  const forget = leased.onSignal((name) => {
    stopped = name;
    stopping.abort();
  });
  const lease = await obtain(leased, stopping.signal);
  forget();
  try {
    if (lease.kind === "late") {
      leased.tell(`error: the gate was not open in time: ${lease.message}`);
      return NOT_IN_TIME;
    }
    return lease.kind === "stopped" ? signalCode(stopped) : await runCommand(leased, lease);
  } finally {
    // Where a reply was lost there may be one that we do not know of.
    await leased.client.ask("DELETE", `/v1/leases/${leased.id}`);
  }
}

type Answer = Extract<GateAnswer, { kind: "answer" }>;

interface Lease {
  readonly token: string;
  /** Until when the gate keeps it at least, on the monotonic clock: counted from when it was asked for, not from the answer. */
  readonly end: number;
}

type Obtained = ({ readonly kind: "lease" } & Lease) | { readonly kind: "late"; readonly message: string } | { readonly kind: "stopped" };

async function obtain(leased: LeasedCommand, signal: AbortSignal): Promise<Obtained> {
  const { clock } = leased;
  const end = clock.monotonic() + leased.timeoutMs;
  for (;;) {
    const asked = clock.monotonic();
    const answer = await put(leased);
    if (signal.aborted) return { kind: "stopped" };
    if (isGranted(answer)) return { kind: "lease", token: tokenIn(answer), end: asked + leased.ttlMs };
    const leftMs = end - clock.monotonic();
    if (leftMs <= 0) return { kind: "late", message: heardText(answer) };
    const waited = await patience(leased, answer, leftMs, signal);
    if (waited.kind !== "reached") return waited;
  }
}

function isGranted(answer: GateAnswer): answer is Answer {
  return answer.kind === "answer" && (answer.status === 201 || answer.status === 200);
}

/** A closed gate tells when it opens; any other one is asked again. */
async function patience({ client, clock }: LeasedCommand, answer: GateAnswer, leftMs: number, signal: AbortSignal): Promise<WaitOutcome> {
  if (answer.kind === "answer" && answer.status === 423) return waitFor({ client, clock, timeoutMs: leftMs, signal }, "open");
  await delay(clock, Math.min(pauseMs, leftMs), signal);
  return { kind: "reached" };
}

function put({ client, id, ttlMs }: LeasedCommand, signal?: AbortSignal): Promise<GateAnswer> {
  return client.ask("PUT", `/v1/leases/${id}?ttl=${ttlMs}ms`, 0, signal);
}

/** Asks until the lease's end and no longer: a gate that does not answer by then may have let a window go on. */
async function renew(leased: LeasedCommand, end: number): Promise<GateAnswer> {
  const { clock } = leased;
  const limit = new AbortController();
  const cancel = clock.after(end - clock.monotonic(), () => limit.abort(new Error("no answer before the end of the lease")));
  try {
    return await put(leased, limit.signal);
  } finally {
    cancel();
  }
}

/**
 * Of several locks the highest one: a window's token is made when all readers have gone, so it is higher than each of theirs. The
 * lowest one would be refused by a store that another of the windows has written to.
 */
function tokenIn({ body: { fencingTokens } }: Answer): string {
  if (typeof fencingTokens !== "object" || fencingTokens === null) return "";
  const tokens = Object.values(fencingTokens).map((token) => BigInt(String(token)));
  tokens.sort((a, b) => Number(a - b));
  return tokens.at(-1)?.toString() ?? "";
}

async function runCommand(leased: LeasedCommand, lease: Lease): Promise<number> {
  const { clock, tell } = leased;
  const env = { ...process.env, EXCLUSIVE_WINDOW_FENCING_TOKEN: lease.token };
  const { child, ended: end } = startProcess(leased.command, leased.args, { stdio: "inherit", env, endsAt: "exit" });
  const over = new AbortController();
  const ended = end.then((how) => (how.kind === "ended" ? exitCodeOf(how) : notStarted(leased, how.error))).finally(() => over.abort());
  const forget = leased.onSignal((name) => void child?.kill(name));
  const lost = await Promise.race([keepRenewed(leased, lease.end, over.signal), ended.then(() => undefined)]);
  if (lost !== undefined) {
    tell(`error: the lease was lost while the command ran, so it is ended: ${lost}`);
    child?.kill("SIGTERM");
    const cancel = clock.after(killAfterMs, () => void child?.kill("SIGKILL"));
    await ended;
    cancel();
  }
  const code = await ended;
  forget();
  return lost === undefined ? code : LEASE_LOST;
}

function notStarted({ tell, command }: LeasedCommand, error: unknown): number {
  tell(`error: ${command} cannot be started: ${messageOf(error)}`);
  return NOT_STARTED;
}

/** Resolves to why the lease was lost, or to undefined once the command has ended. */
async function keepRenewed(leased: LeasedCommand, granted: number, over: AbortSignal): Promise<string | undefined> {
  const { clock, ttlMs } = leased;
  let end = granted;
  for (;;) {
    await delay(clock, Math.min(ttlMs / 3, Math.max(0, end - clock.monotonic())), over);
    const asked = clock.monotonic();
    const answer = over.aborted ? undefined : await renew(leased, end);
    if (answer === undefined || over.aborted) return undefined;
    const lost = lossIn(answer);
    if (lost !== undefined && (answer.kind === "answer" || clock.monotonic() >= end)) return lost;
    if (lost === undefined) end = asked + ttlMs;
  }
}

/** Undefined: it was renewed. 201 is a new lease: the one that we had was gone, and the lock with it. */
function lossIn(answer: GateAnswer): string | undefined {
  if (answer.kind === "answer" && answer.status === 200) return undefined;
  return answer.kind === "answer" && answer.status === 201 ? "the gate did not know it any more" : heardText(answer);
}
