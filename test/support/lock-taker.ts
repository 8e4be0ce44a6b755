// Our lock client as the tests use it beside others: who takes, and whether he has got it.
import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { type Acquisition, acquireLocks, type HeldLocks, type LockRequest } from "../../src/locks/acquire.ts";
import { systemClock } from "../../src/shared/clock.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { server } from "./server-gate.ts";

export interface Taking {
  readonly acquisition: Promise<Acquisition>;
  /** Rejects where it does not come to that. */
  readonly held: Promise<HeldLocks>;
  /** Whether it has been held by now, as far as this process knows. */
  readonly isHeld: () => boolean;
}

/** As the nodes name it. */
export const owner = "ours";

export function take(session: Session, wanted: Pick<LockRequest, "paths"> & Partial<LockRequest>): Taking {
  const request: LockRequest = { mode: "write", dialect: "Curator", owner, uuid: randomUUID, clock: systemClock, ...wanted };
  const acquisition = acquireLocks(session, request);
  let isHeld = false;
  const held = acquisition.then((outcome) => {
    if (outcome.kind !== "held") throw new Error(`the locks were not acquired: ${JSON.stringify(outcome)}`);
    isHeld = true;
    return outcome.locks;
  });
  held.catch(() => undefined); // for those who look at the acquisition alone
  return { acquisition, held, isHeld: () => isHeld };
}

/** Waits until that session watches that path at the server: who waits, waits for it. */
export async function watches(session: { readonly id: string }, path: () => string | Promise<string>): Promise<void> {
  const bare = `0x${BigInt(session.id).toString(16)}`;
  const watching = async () => {
    const watched = await path();
    const entries = (await server().fourLetterWord("wchp")).split(/\n(?=\/)/).map((entry) => entry.split(/\s+/));
    return entries.find(([at]) => at === watched)?.slice(1) ?? [];
  };
  await expect.poll(watching, { timeout: 60_000, interval: 20 }).toContain(bare);
}
