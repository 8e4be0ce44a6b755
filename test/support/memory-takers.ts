// Takers of our lock client on a ZooKeeper in memory, on a clock that only the test moves.
import { expect } from "vitest";
import { type Acquisition, acquireLocks, type HeldLocks, type LockRequest } from "../../src/locks/acquire.ts";
import { manualClock } from "./manual-clock.ts";
import { MemorySession } from "./memory-session.ts";
import { MemoryZooKeeper } from "./memory-zookeeper.ts";

/** What is taken unless another path is named. */
export const path = "/l/p";

export interface Taken {
  readonly session: MemorySession;
  /** Undefined while it waits. */
  acquisition: Acquisition | undefined;
}

export function someTakers() {
  const zookeeper = new MemoryZooKeeper();
  const clock = manualClock();
  let uuids = 0;
  const uuid = () => `1ab0458d-ab17-43e2-b6d5-${String(++uuids).padStart(12, "0")}`;
  const request = (wanted: Partial<LockRequest>): LockRequest => ({
    paths: [path],
    mode: "write",
    dialect: "Curator",
    owner: "me",
    uuid,
    clock,
    ...wanted,
  });
  const take = (wanted: Partial<LockRequest> = {}, session = new MemorySession(zookeeper)) => {
    const taken: Taken = { session, acquisition: undefined };
    void acquireLocks(session, request(wanted)).then((acquisition) => {
      taken.acquisition = acquisition;
    });
    return taken;
  };
  const ephemerals = () => [...zookeeper.tree].filter(([, { owner }]) => owner !== undefined).map(([at]) => at);
  return { zookeeper, clock, take, ephemerals, settle: () => clock.advance(0), other: new MemorySession(zookeeper) };
}

export function held({ acquisition }: Taken): HeldLocks {
  return acquisition?.kind === "held" ? acquisition.locks : expect.fail(`the locks are not held: ${JSON.stringify(acquisition)}`);
}
