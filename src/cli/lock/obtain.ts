// Waits for locks, in as many sessions as it takes, until they are held, it is too late, or somebody says stop.
//
// Promised: without the locks no session of ours is left open, and so nothing of ours in line once the servers know.
// Not promised: the place in line of a session that was lost.
import { acquireLocks, type HeldLocks, type LockRequest } from "../../locks/acquire.ts";
import { ownerOf } from "../../protocol/node-data.ts";
import { delay } from "../../shared/clock.ts";
import { type Session, ZooKeeperError } from "../../zookeeper/session.ts";

export interface Obtaining {
  /** Throws ZooKeeperError. */
  readonly open: (signal: AbortSignal) => Promise<Session>;
  readonly request: Omit<LockRequest, "timeoutMs" | "signal" | "waiting">;
  /** From the first session on; Infinity: for ever. */
  readonly timeoutMs: number;
  readonly stop: AbortSignal;
  /** Remarks for people: for whom it waits. */
  readonly tell: (remark: string) => void;
}

export type Obtained =
  | { readonly kind: "held"; readonly locks: HeldLocks; readonly session: Session }
  /** `ahead`: the first node that was in the way, where one is known. */
  | { readonly kind: "late"; readonly ahead: string | undefined }
  | { readonly kind: "stopped" }
  | { readonly kind: "refused"; readonly message: string };

/** Time to take our nodes away once it is too late; behind it the session's end does that. */
const graceMs = 3000;
const betweenTriesMs = 500;

/** Throws ZooKeeperError where the first session cannot be opened. */
export async function obtainLocks(obtaining: Obtaining): Promise<Obtained> {
  const { stop, request, timeoutMs } = obtaining;
  let session = await first(obtaining);
  const end = request.clock.monotonic() + timeoutMs;
  while (session !== undefined) {
    const outcome = await acquireIn(session, obtaining, end);
    if (outcome.kind === "held" && !stop.aborted) return { ...outcome, session };
    await session.close();
    if (stop.aborted) return { kind: "stopped" };
    if (outcome.kind === "late" || outcome.kind === "refused") return outcome;
    obtaining.tell("the ZooKeeper session was lost: waiting anew, behind those who wait already");
    session = await another(obtaining, end);
  }
  return stop.aborted ? { kind: "stopped" } : { kind: "late", ahead: undefined };
}

/** Undefined: stopped. */
async function first({ open, stop }: Obtaining): Promise<Session | undefined> {
  try {
    return await open(stop);
  } catch (error) {
    if (stop.aborted) return undefined;
    throw error;
  }
}

/** Undefined: stopped, or too late. Servers that are away come back. */
async function another({ open, request, stop }: Obtaining, end: number): Promise<Session | undefined> {
  const { clock } = request;
  const late = new AbortController();
  const cancel = Number.isFinite(end) ? clock.after(end - clock.monotonic(), () => late.abort()) : undefined;
  const giveUp = AbortSignal.any([stop, late.signal]);
  try {
    while (!giveUp.aborted) {
      const session = await open(giveUp).catch((error) => {
        if (!giveUp.aborted && !isAway(error)) throw error;
      });
      if (session !== undefined) return session;
      await delay(clock, betweenTriesMs, giveUp);
    }
    return undefined;
  } finally {
    cancel?.();
  }
}

type InSession = { readonly kind: "held"; readonly locks: HeldLocks } | Exclude<Obtained, { kind: "held" }> | { readonly kind: "lost" };

async function acquireIn(session: Session, { request, stop, tell }: Obtaining, end: number): Promise<InSession> {
  const { clock } = request;
  const leftMs = Math.max(0, end - clock.monotonic());
  // Out of the servers' reach nodes can only go with the session, and nobody should have to wait for that here.
  const leave = () => void session.close();
  stop.addEventListener("abort", leave);
  const cancel = Number.isFinite(leftMs) ? clock.after(leftMs + graceMs, leave) : undefined;
  const waiting = tellOnce(session, tell);
  try {
    const acquisition = await acquireLocks(session, { ...request, timeoutMs: leftMs, signal: stop, waiting });
    if (acquisition.kind === "timeout") return { kind: "late", ahead: acquisition.ahead[0] };
    if (acquisition.kind === "lost") return clock.monotonic() < end ? acquisition : { kind: "late", ahead: undefined };
    return acquisition.kind === "aborted" ? { kind: "stopped" } : acquisition;
  } finally {
    stop.removeEventListener("abort", leave);
    cancel?.();
  }
}

/** A line whenever somebody else is the first of those in the way. */
function tellOnce(session: Session, tell: (remark: string) => void): (ahead: readonly string[]) => void {
  let told: string | undefined;
  return ([node, ...others]) => {
    if (node === undefined || node === told) return;
    told = node;
    void waitingText(session, node, others.length).then(tell, () => undefined);
  };
}

async function waitingText(session: Session, node: string, others: number): Promise<string> {
  const data = (await session.get(node))?.data;
  const owner = data === undefined ? "" : ownerOf(data);
  const more = others === 0 ? "" : `, and for ${others} behind it`;
  return `waiting for ${owner === "" ? "somebody" : owner}, whose node is ${node}${more}`;
}

function isAway(error: unknown): boolean {
  return error instanceof ZooKeeperError && (error.code === "ConnectionLoss" || error.code === "Timeout" || error.code === "SessionLost");
}
