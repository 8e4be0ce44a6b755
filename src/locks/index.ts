// The library for programs that take locks: what `import { acquireLocks } from "exclusive-window/locks"` gives.
export { type Dataset, type DatasetPaths, datasetPaths, logdriverLayout } from "../protocol/dataset-paths.ts";
export { type Dialect, dialects, type LockMode } from "../protocol/dialects.ts";
export { type Clock, systemClock } from "../shared/clock.ts";
export { type Session, type SessionState, ZooKeeperError, type ZooKeeperErrorCode } from "../zookeeper/session.ts";
export { type Acquisition, acquireLocks, type HeldLocks, type LockRequest } from "./acquire.ts";
export {
  type BatchResult,
  type ComponentEnd,
  type ComponentReport,
  type ComponentRequest,
  runComponent,
  type WorkResult,
  type WorkTerms,
} from "./component/component.ts";
export { type ConnectOptions, connect } from "./connect.ts";
export { acquireReadLocks, acquireWriteLocks, type DatasetLockOptions, type LockTarget, releaseReadLocks } from "./datasets.ts";
