// Locks on datasets, as LogDriver's FileManager takes them, but all or none, and beside whoever else speaks the dialect.
//
// Promised: of two takers that share a path neither waits for the other in a circle (acquire.ts says why). Not promised: that a LogDriver
// that takes its locks one after another, on the same hours, does not; give a time-out.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type Dataset, datasetPaths } from "../protocol/dataset-paths.ts";
import type { LockMode } from "../protocol/dialects.ts";
import { systemClock } from "../shared/clock.ts";
import type { Session } from "../zookeeper/session.ts";
import { type Acquisition, acquireLocks, type HeldLocks, type LockRequest } from "./acquire.ts";

export interface DatasetLockOptions extends Partial<Pick<LockRequest, "dialect" | "owner" | "timeoutMs" | "signal">> {
  /** Where the locks of a dataset stand; default LogDriver's. */
  readonly layout?: string;
}

/** Lock paths, at most 256 in any order, or a dataset of at most 256 hours. */
export type LockTarget = readonly string[] | Dataset;

/** The dialect is LogDriver's, ZooKeeperRecipe, where none is named. Throws as acquireLocks does. */
export function acquireReadLocks(session: Session, target: LockTarget, options: DatasetLockOptions = {}): Promise<Acquisition> {
  return acquireTarget(session, target, "read", options);
}

/** The same, for whoever moves or changes the data. */
export function acquireWriteLocks(session: Session, target: LockTarget, options: DatasetLockOptions = {}): Promise<Acquisition> {
  return acquireTarget(session, target, "write", options);
}

/** Resolves once they are released, or the session is over; as `locks.release()`. */
export function releaseReadLocks(locks: HeldLocks): Promise<void> {
  return locks.release();
}

async function acquireTarget(session: Session, target: LockTarget, mode: LockMode, options: DatasetLockOptions): Promise<Acquisition> {
  const { layout, ...wanted } = options;
  const named = isDataset(target) ? datasetPaths(target, layout) : { kind: "paths" as const, paths: target };
  if (named.kind === "problem") return { kind: "refused", message: `${named.field}: ${named.message}` };
  const request = { dialect: "ZooKeeperRecipe", owner: hostname(), uuid: randomUUID, clock: systemClock, ...wanted } as const;
  return acquireLocks(session, { ...request, paths: named.paths, mode });
}

function isDataset(target: LockTarget): target is Dataset {
  return "servicePath" in target;
}
