// How a transaction changes signals: joined, left or made to outlive sessions, always under the fence of the signal's path.
//
// Promised: a signal that is not ours, or was overwritten since the look, is neither changed nor deleted.

import { type SignalOwner, sameRun, signalData } from "../protocol/node-data.ts";
import { heldOf, heldPath } from "../protocol/paths.ts";
import { mapBounded } from "./bounded.ts";
import type { RunLook, SignalLook } from "./run-locks.ts";
import type { Operation, Session } from "./session.ts";

/** A signal as the look saw it. */
export interface SeenSignal {
  /** "": what stands for the locks that have none. There is nothing to raise, and a fence all the same. */
  readonly signalPath: string;
  readonly fence: string;
  readonly fenceVersion: number | undefined;
  readonly signal: SignalLook;
}

/** The run's signals, each once: locks may share one. */
export function seenSignals(look: RunLook): readonly SeenSignal[] {
  const byPath = new Map(look.locks.map((lock) => [lock.signalPath, lock]));
  return [...byPath.values()];
}

/** Whether a run has raised a signal, or has none to raise. */
export function isJoined({ signal, signalPath }: Pick<SeenSignal, "signal" | "signalPath">, run: SignalOwner): boolean {
  if (signalPath === "") return true;
  return signal.kind === "ours" && signal.owners.some((owner) => sameRun(owner, run));
}

/**
 * Makes the fences that the look did not find. Not part of any transaction, and need not be: a fence that did not exist when the
 * look saw the signal is expected at version 0, so whoever changes the signal before us makes ours fail.
 */
export async function ensureFences(session: Session, seen: readonly SeenSignal[]): Promise<void> {
  const missing = seen.filter(({ fenceVersion }) => fenceVersion === undefined);
  await mapBounded(missing, ({ fence }) => session.createParents(fence));
}

/** Fails the transaction if anybody has changed this signal since the look, and every other transaction that is under way. */
export function bumpFence(seen: SeenSignal): Operation {
  return { op: "set", path: seen.fence, data: Buffer.alloc(0), version: seen.fenceVersion ?? 0 };
}

/** Raises the signal for a run, or joins it. The caller has made sure that it is not foreign. */
export function join(seen: SeenSignal, run: SignalOwner, mode: "ephemeral" | "persistent"): readonly Operation[] {
  const { signal, signalPath: path } = seen;
  if (path === "") return [];
  if (signal.kind === "foreign") throw new Error(`${path} is not ours and cannot be joined: ${signal.message}`);
  const owner = { installation: run.installation, runId: run.runId };
  if (signal.kind === "none") return [{ op: "create", path, data: signalData([owner]), mode }];
  const others = signal.owners.filter((other) => !sameRun(other, owner));
  const data = signalData([...others, owner]);
  if (mode === "persistent" && !signal.persistent) {
    // An ephemeral node cannot be made to stay: it is replaced in one transaction, so no processor ever finds it missing.
    return [
      { op: "remove", path, version: signal.version },
      { op: "create", path, data, mode },
    ];
  }
  return [{ op: "set", path, data, version: signal.version }];
}

/** Takes owners out of a signal; the last one deletes it. */
export function leave(seen: SeenSignal, leaving: readonly SignalOwner[]): readonly Operation[] {
  const { signal, signalPath: path } = seen;
  if (signal.kind !== "ours") return [];
  const staying = signal.owners.filter((owner) => !leaving.some((other) => sameRun(other, owner)));
  if (staying.length === 0) return [{ op: "remove", path, version: signal.version }];
  if (staying.length === signal.owners.length) return [];
  return [{ op: "set", path, data: signalData(staying), version: signal.version }];
}

/**
 * Fails the transaction if that run holds or waits for anything: ZooKeeper has no check for absence, but a node that can be
 * created was absent. Where its installation has no node either, that one stands for it. `heldRoot` must exist.
 */
export function proveAbsent(owner: SignalOwner, installations: readonly string[]): readonly Operation[] {
  const known = installations.includes(owner.installation);
  const path = known ? heldPath(owner.installation, owner.runId) : heldOf(owner.installation);
  return [
    { op: "create", path, data: Buffer.alloc(0), mode: "persistent" },
    { op: "remove", path, version: -1 },
  ];
}
