// What the sidecar says of itself, as JSON: the same in answers, events and hooks. Pure.
import type { GateState } from "../processor/index.ts";
import type { GuardedLock, Tokens } from "./joint-gate.ts";
import type { LeaseView } from "./leases.ts";

export interface GateView {
  readonly open: boolean;
  readonly state: GateState;
  /** Why no work starts; only while the gate is not open. */
  readonly reason?: string;
  /** Since when the state is what it is. */
  readonly since: string;
  /** <namespace>/<window>, where the gate was told. */
  readonly window?: string;
  readonly locks: readonly { readonly path: string; readonly signalPath: string; readonly state: GateState }[];
  /** By lock path, as decimal text; only while the lock is held. */
  readonly fencingTokens: Readonly<Record<string, string>>;
  /** How many there are. */
  readonly leases: number;
}

interface GateFacts {
  readonly state: GateState;
  readonly since: number;
  readonly window: string | undefined;
  readonly locks: readonly GuardedLock[];
  readonly leases: number;
}

const reasons: Readonly<Record<Exclude<GateState, "open">, string>> = {
  connecting: "there is no session with ZooKeeper: it is being opened",
  opening: "the read lock is being taken",
  draining: "the gate is closing: leases that were granted go on, new work does not start",
  paused: "a window is on, or a writer is in the queue",
  suspended: "ZooKeeper does not answer",
  closed: "the gate was closed for good",
};

export function gateView({ state, since, window, locks, leases }: GateFacts): GateView {
  return {
    open: state === "open",
    state,
    ...(state === "open" ? {} : { reason: reasons[state] }),
    since: new Date(since).toISOString(),
    ...(window === undefined ? {} : { window }),
    locks: locks.map(({ path, signalPath, gate }) => ({ path, signalPath, state: gate.state })),
    fencingTokens: tokensView(
      locks,
      locks.map(({ gate }) => gate.fencingToken),
    ),
    leases,
  };
}

export function leaseView(lease: LeaseView, locks: readonly GuardedLock[], now: number) {
  return {
    id: lease.id,
    since: new Date(lease.since).toISOString(),
    expires: new Date(now + lease.leftMs).toISOString(),
    ttlSeconds: lease.ttlMs / 1000,
    lock: lease.lock,
    fencingTokens: tokensView(locks, lease.tokens),
  };
}

function tokensView(locks: readonly GuardedLock[], tokens: Tokens): Readonly<Record<string, string>> {
  return Object.fromEntries(
    locks.flatMap(({ path }, index) => {
      const token = tokens[index];
      return token === undefined ? [] : [[path, String(token)] as const];
    }),
  );
}
