// Where a window stands: the facts of one look are sorted into exactly one of these cases; each holds what is valid there and
// no more. Sorted by ordered questions, the first match wins: idle.ts (no run), active.ts with draining.ts and exclusive.ts
// (a run on its way), recorded.ts (a run whose result is known).
import type { Result } from "../crds/status.ts";
import type { NewRun } from "../schedule/occurrence.ts";
import type { Skip } from "../schedule/skip.ts";
import type { HoldingPod, JobName, PodFacts, Problem, ReadNode } from "./observed.ts";

export type Situation = IdleSituation | ActiveSituation | RecordedSituation;

/** No run is active. */
export type IdleSituation =
  /** Being deleted, and nothing of ours is on it. */
  | { readonly at: "Leaving" }
  /** Our finalizer is on a window that has no run. */
  | { readonly at: "Unneeded finalizer" }
  | { readonly at: "Refused"; readonly problems: readonly Problem[] }
  | { readonly at: "Hindered"; readonly problems: readonly Problem[] }
  | { readonly at: "To be skipped"; readonly skipped: readonly Skip[]; readonly request: string | undefined }
  | { readonly at: "Due"; readonly run: NewRun }
  /** Due, and those who must take part are not there. */
  | { readonly at: "Without participants"; readonly run: NewRun; readonly why: string }
  | { readonly at: "Surplus Job"; readonly job: JobName }
  | { readonly at: "Suspended" }
  /** So many runs failed in a row that the schedule starts no more. */
  | { readonly at: "Paused"; readonly failures: number }
  | { readonly at: "Scheduled" };

/** A run that has no result yet. */
export type ActiveSituation =
  | { readonly at: "Blind"; readonly of: "Kubernetes" | "ZooKeeper"; readonly why: string }
  | { readonly at: "Unfinalized" }
  /** The Job is done, and a Pod of it is not. */
  | { readonly at: "Ending"; readonly pods: readonly PodFacts[] }
  /** The Job and every Pod of it have ended, or can no longer start: the result may be recorded. */
  | { readonly at: "Ended"; readonly result: Result; readonly message: string }
  /** The run is given up or its Job is lost; a Job of it stands that nobody is deleting with its Pods. */
  | { readonly at: "To be stopped"; readonly job: JobName; readonly why: string }
  | { readonly at: "Stopping"; readonly pods: readonly PodFacts[]; readonly why: string }
  /** It cannot or must not go on: that is written down before anything is stopped. */
  | { readonly at: "Hopeless"; readonly result: Result; readonly message: string }
  | { readonly at: "Without Job" }
  | { readonly at: "Job unnamed"; readonly job: JobName }
  /** Not in the queue, and it must not queue yet. */
  | { readonly at: "Held back"; readonly message: string }
  /** `again`: it stood in the queue and lost its place or its signal; all of it is given up and taken anew. */
  | { readonly at: "Unqueued"; readonly again: boolean }
  /** `late`: the drain has timed out and the run goes on; what is done about it, for people. */
  | {
      readonly at: "Draining";
      readonly waitsForWriter: boolean;
      readonly ahead: number;
      readonly holders: readonly string[];
      readonly late: string | undefined;
    }
  /** The drain takes long, and some of its readers can be asked to release. */
  | { readonly at: "Revocable"; readonly readers: readonly ReadNode[] }
  /** The drain has timed out, and that Pods are evicted is not written down yet. */
  | { readonly at: "Overdue" }
  | { readonly at: "To be evicted"; readonly pod: HoldingPod }
  | { readonly at: "In grace"; readonly until: number; readonly vanished: readonly string[] }
  | { readonly at: "Drained" }
  | { readonly at: "Unsignalled" }
  /** Promoted, and yet not first everywhere: nothing may start. */
  | { readonly at: "Not first" }
  | { readonly at: "Without token"; readonly atLeast: string }
  | { readonly at: "Exclusive"; readonly job: JobName; readonly token: string }
  /** A user suspended the Job after it was let go. */
  | { readonly at: "Paused by user" }
  | { readonly at: "Pod gated"; readonly pod: PodFacts; readonly token: string }
  | { readonly at: "Running"; readonly pods: readonly PodFacts[] }
  /** The write lock is gone under a running Job, and the policy is to go on. */
  | { readonly at: "Unguarded" };

/** The run's result is recorded: what it holds is given back. */
export type RecordedSituation =
  | { readonly at: "Blind"; readonly of: "Kubernetes" | "ZooKeeper"; readonly why: string }
  | { readonly at: "To be stopped"; readonly job: JobName; readonly why: string }
  | { readonly at: "Stopping"; readonly pods: readonly PodFacts[]; readonly why: string }
  | { readonly at: "Unreleased" }
  | { readonly at: "Job finalized"; readonly job: JobName }
  | { readonly at: "Released"; readonly abandoned: boolean };
