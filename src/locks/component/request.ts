// What an instance of a component is asked to do, and what it tells in the end: the words that the files of this folder share.
import type { Dialect } from "../../protocol/dialects.ts";
import { type Clock, LONGEST_TIMER_MS } from "../../shared/clock.ts";
import type { LockRequest } from "../lock-request.ts";
import { type BadId, componentProblem } from "./batches.ts";
import type { Limits } from "./decide.ts";

export interface ComponentRequest extends Pick<LockRequest, "owner" | "uuid"> {
  readonly component: string;
  /** What both kinds of lock paths stand below; "" for the paths of the original. */
  readonly root: string;
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  /** The ids of the batches that are to be done now. Rejects where that is not known: then nothing is started. */
  readonly query: () => Promise<readonly string[]>;
  /** Does a batch, and resolves when nothing of it runs any more. A rejection is a failure. */
  readonly work: (batch: string, terms: WorkTerms) => Promise<WorkResult>;
  /** Tells a result on, before the lock is released: what stands in for a lost lock is `lost`. A rejection is a failure of the batch. */
  readonly report?: (result: BatchResult) => void | Promise<void>;
  /** Remarks for people. */
  readonly warn?: (remark: string) => void;
  /** Asks to end: nothing more is started; the caller tells its work itself. */
  readonly signal?: AbortSignal;
}

/** In milliseconds; undefined: however long it takes. */
export interface Timeouts {
  /** For the component's lock. */
  readonly chooserMs: number | undefined;
  /** For each batch's lock. 0: only if nobody has it. */
  readonly batchMs: number;
  /** For the work on one batch. */
  readonly workMs: number | undefined;
}

export interface WorkTerms {
  /** Greater than that of any instance that had this batch before: for a store that compares. */
  readonly token: bigint;
  /** The work must stop: its lock is lost, or its time is over. The reason is an Error that says which. */
  readonly stop: AbortSignal;
}

export type WorkResult = { readonly kind: "done" } | { readonly kind: "failed"; readonly message: string };

export type BatchResult = { readonly batch: string; readonly token: bigint } & (
  | WorkResult
  /** Another instance may have had the batch before this one had ended: whatever the work said does not count. */
  | { readonly kind: "lost"; readonly message: string }
  /** Locked, and not started, because the instance was to end. */
  | { readonly kind: "skipped" }
);

export type ComponentEnd =
  /** Each batch that was chosen has a result. */
  | { readonly kind: "worked" }
  | { readonly kind: "asked" }
  /** The component's lock was not had in time. `ahead`: the nodes in the way. */
  | { readonly kind: "late"; readonly ahead: readonly string[] }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "lost"; readonly message: string };

export interface ComponentReport {
  readonly end: ComponentEnd;
  /** In the order of their ends. */
  readonly results: readonly BatchResult[];
  /** Another instance has them. */
  readonly passedOver: readonly string[];
  /** Listed at first, and no longer when their locks were had. */
  readonly doneByOthers: readonly string[];
  /** Those whose lock cannot be had by anybody, and ids that are none. */
  readonly unusable: readonly BadId[];
}

export const mostProcesses = 1000;
export const mostQueued = 10_000;

/** Why it cannot be done; undefined if it can. */
export function componentRequestProblem({ component, root, limits, timeouts }: ComponentRequest): string | undefined {
  const { simultaneousProcesses, queue } = limits;
  if (!isCount(simultaneousProcesses, mostProcesses))
    return `simultaneousProcesses ${simultaneousProcesses}: must be a whole number, 1 to ${mostProcesses}`;
  if (!isCount(queue, mostQueued)) return `queue ${queue}: must be a whole number, 1 to ${mostQueued}`;
  const long = Object.entries(timeouts).find(([, ms]: readonly [string, number | undefined]) => ms !== undefined && !isTime(ms));
  if (long !== undefined) return `${long[0]} ${long[1]}: must be 0 to ${LONGEST_TIMER_MS} milliseconds`;
  return componentProblem(root, component);
}

function isCount(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= most;
}

function isTime(ms: number): boolean {
  return ms >= 0 && ms <= LONGEST_TIMER_MS;
}
