// What a pass may do, and how it went. One effect a pass; whatever is only written to status is an effect too.
import type { Result } from "../crds/status.ts";
import type { NewRun } from "../schedule/occurrence.ts";
import type { Skip } from "../schedule/skip.ts";
import type { HoldingPod, JobName, PodFacts, ReadNode } from "./observed.ts";

export type Action = StatusAction | KubernetesAction | ZooKeeperAction | { readonly do: "nothing" };

/** Carried out by the status write itself. */
export type StatusAction =
  /** `request`: the value of the run request that is answered by this. */
  | { readonly do: "skip"; readonly skipped: readonly Skip[]; readonly request: string | undefined }
  | { readonly do: "begin"; readonly run: NewRun }
  | { readonly do: "name Job"; readonly job: JobName }
  | { readonly do: "begin evicting" }
  | { readonly do: "give up"; readonly result: Result; readonly message: string }
  | { readonly do: "record"; readonly result: Result; readonly message: string }
  | { readonly do: "close"; readonly abandoned: boolean };

export type KubernetesAction =
  | { readonly do: "add finalizer" }
  | { readonly do: "remove finalizer" }
  | { readonly do: "create Job" }
  | { readonly do: "issue token"; readonly atLeast: string }
  | { readonly do: "start Job"; readonly job: JobName; readonly token: string }
  | { readonly do: "let Pod go"; readonly pod: PodFacts; readonly token: string }
  | { readonly do: "evict"; readonly pod: HoldingPod }
  | { readonly do: "stop Job"; readonly job: JobName }
  | { readonly do: "remove Job finalizer"; readonly job: JobName }
  | { readonly do: "delete Job"; readonly job: JobName };

export type ZooKeeperAction =
  | { readonly do: "queue" }
  | { readonly do: "revoke"; readonly readers: readonly ReadNode[] }
  | { readonly do: "promote" }
  | { readonly do: "raise" }
  | { readonly do: "release" };

export interface Decision {
  readonly action: Action;
  /** The short state that Ready's reason carries. */
  readonly state: State;
  readonly message: string;
  /** When to look again if nothing changes; undefined: only a change can matter. */
  readonly wakeAt: number | undefined;
}

export type State =
  | "Scheduled"
  | "Suspended"
  | "Paused"
  | "NotAccepted"
  | "NotReady"
  | "WaitingForParticipants"
  | "Starting"
  | "Queued"
  | "Draining"
  | "Exclusive"
  | "Running"
  | "Stopping"
  | "Releasing"
  | "Unknown"
  | "Deleting";

export type Outcome =
  /** `token`: of "issue token". `revoked`: of "revoke", the nodes. */
  | { readonly kind: "done"; readonly token?: string; readonly revoked?: readonly string[] }
  /** What the decision was based on had changed: nothing was done, look again. */
  | { readonly kind: "stale"; readonly message: string }
  /** Refused for now, by a guard that others keep: try again after that long. */
  | { readonly kind: "not now"; readonly message: string; readonly retryAfterMs: number }
  /** Refused for good, by the spec's own fault: trying again cannot help. */
  | { readonly kind: "refused"; readonly message: string }
  /** Did not work now; whether it took effect is not known. */
  | { readonly kind: "failed"; readonly message: string };
