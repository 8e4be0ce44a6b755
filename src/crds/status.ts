// What the controller tells users of a window. Every list is bounded; no phase is stored, it is derived.
// A run's record is also the machine's memory: what cannot be observed again (intent, the Job's uid, times, the token, a
// decision to give up, the result) is written here before anything relies on it.
import { z } from "zod";
import { participation, waitingRunSchema } from "./participant-status.ts";

/** RFC 3339 in UTC, as Kubernetes prints times. */
const time = () => z.string().max(40).meta({ format: "date-time" });
const text = (length: number) => z.string().max(length);

export const results = [
  "Succeeded",
  "Failed",
  "Cancelled",
  "DrainTimedOut",
  "JobNotStarted",
  "JobRefused",
  "JobDeleted",
  "DeadlineExceeded",
  "ExclusivityLost",
  "ForeignSignal",
  "LockUnusable",
  "WindowDeleted",
] as const;
export type Result = (typeof results)[number];

export const skipReasons = [
  "TooLate",
  "Superseded",
  "DSTShifted",
  "RunActive",
  "Suspended",
  "PausedAfterFailures",
  "ParticipantsNotReady",
  "InvalidRunRequest",
] as const;
export type SkipReason = (typeof skipReasons)[number];

export const steps = z.object({
  queuedTime: time().optional().describe("When the signal was raised and the write locks were queued: processors begin to pause."),
  drainStartTime: time().optional().describe("When no other window was ahead any more: the drain timeout counts from here."),
  revokeTime: time().optional().describe("When revocable readers were asked to release (drainTimeoutPolicy Evict)."),
  evictTime: time()
    .optional()
    .describe("When it was decided to evict Pods: the timeout that is left to them counts from here (drainTimeoutPolicy Evict)."),
  drainedTime: time().optional().describe("When the last read lock was released."),
  exclusiveTime: time().optional().describe("When the write locks were made to outlive the controller."),
  unsuspendTime: time().optional().describe("When the Job was let go."),
  jobStartTime: time().optional().describe("When the first container of the Job was seen to have started."),
  jobEndTime: time().optional().describe("When the Job and every Pod of it had ended."),
  releaseTime: time().optional().describe("When the locks were released and the signal was cleared: processors resume."),
});

const runLock = z.object({
  path: text(512).describe("The lock path."),
  signalPath: text(512).describe("The signal's path; empty where the lock has none."),
  node: text(700).optional().describe("The name of the run's write node below the lock path."),
});

export const runSchema = z.object({
  id: text(63).describe("The run's id: made from the window's uid and the slot, so that no slot can run twice."),
  trigger: z.enum(["Schedule", "Request"]).describe("What started the run: its schedule, or the annotation that asks for a run now."),
  slot: text(64).describe("The nominal local time of the run, or the value of the annotation that asked for it."),
  scheduledTime: time().describe("When the run was due."),
  startTime: time().describe("When the controller took the run up."),
  deadlineTime: time().describe("The end of the window: what still runs then is stopped."),
  generation: z.int().optional().describe("The generation of the spec that the run was started from."),
  jobName: text(63).describe("The name of the run's Job."),
  jobRef: z
    .object({ name: text(63).describe("The Job's name."), uid: text(64).describe("The Job's uid: only this Job is ever let go.") })
    .optional()
    .describe("The run's Job, named before the run queues."),
  locks: z.array(runLock).max(256).describe("The locks of the run, as they were when it began, each hour's by itself."),
  steps: steps.describe("When each step of the run was reached."),
  fencingToken: text(20).optional().describe("A number that only grows: whatever the Job writes to can refuse a lower one."),
  blockedCount: z.int32().optional().describe("How many lock nodes the run waits for."),
  blockedBy: z.array(text(200)).max(20).optional().describe("Who the run waits for: the first 20."),
  vanished: z
    .array(text(200))
    .max(20)
    .optional()
    .describe("Readers that vanished without releasing their read lock before the run became exclusive: the first 20."),
  revoked: z.array(text(200)).max(20).optional().describe("Revocable read locks whose owners were asked to release: the first 20."),
  evicted: z.array(text(253)).max(20).optional().describe("Pods that were evicted since they held a read lock: the last 20."),
  evictionsRefused: z
    .array(
      z.object({
        pod: text(253).describe("The Pod's name."),
        message: text(300).describe("Why the API server did not evict it."),
        retryTime: time().describe("When it is tried again."),
      }),
    )
    .max(20)
    .optional()
    .describe("Pods whose eviction was refused, and not granted since: the last 20."),
  gaveUp: z
    .object({
      result: z.enum(results).describe("What the run will be recorded as."),
      message: text(1024).describe("Why."),
      time: time().describe("When it was decided."),
    })
    .optional()
    .describe("The run was given up: its Job is being stopped, then the locks are released."),
  result: z
    .object({
      result: z.enum(results).describe("How the run ended."),
      message: text(1024).describe("What happened."),
      time: time().describe("When it ended."),
    })
    .optional()
    .describe("How the run ended; recorded before its locks are released."),
});

export const historyEntrySchema = z.object({
  id: text(63).describe("The run's id."),
  trigger: z.enum(["Schedule", "Request"]).describe("What started the run."),
  slot: text(64).optional().describe("The nominal local time of the run, or the value of the annotation that asked for it."),
  scheduledTime: time().describe("When the run was due."),
  startTime: time().describe("When the controller took the run up."),
  endTime: time().describe("When everything of the run was released."),
  jobName: text(63).describe("The name of the run's Job."),
  result: z.enum(results).describe("How the run ended."),
  message: text(1024).describe("What happened."),
  fencingToken: text(20).optional().describe("The run's fencing token."),
  steps: steps.describe("When each step of the run was reached."),
  pauseSeconds: z.number().optional().describe("How long the processors were asked to pause, in seconds."),
});

export const conditionSchema = z.object({
  type: text(64).describe("The condition's name."),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether it holds."),
  reason: text(64).describe("Why, in one word for programs."),
  message: text(1024).describe("Why, for people."),
  lastTransitionTime: time().describe("When the status last changed."),
  observedGeneration: z.int().optional().describe("The generation of the spec that this was said of."),
});

export const answeredSchema = z.object({
  schedule: text(200).describe("The schedule and zone that this is said of. Another one in spec begins anew: it never runs in the past."),
  until: time().describe("Slots up to this instant are answered."),
  slot: text(64).optional().describe("The nominal local time of the last slot that was answered."),
});

export const skippedSchema = z.object({
  reason: z.enum(skipReasons).describe("Why, in one word."),
  count: z.int32().describe("How many runs were skipped for this reason since the window was made."),
});

export const statusSchema = z
  .object({
    observedGeneration: z
      .int()
      .optional()
      .describe("The generation of the spec that this status speaks of; -1 before the controller saw it."),
    conditions: z
      .array(conditionSchema)
      .max(16)
      .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] })
      .optional()
      .describe("What is true of the window now. Ready says that it is accepted and schedulable; its reason is the short state."),
    answered: answeredSchema
      .optional()
      .describe("How far the schedule is answered: each of its slots was run, or recorded as skipped, exactly once."),
    nextScheduleTime: text(40)
      .optional()
      .describe("When the schedule starts the next run. Absent while it starts none; the reason of Ready says why."),
    lastScheduleTime: time().optional().describe("The due time of the last run that was started."),
    lastSuccessfulTime: time().optional().describe("When the last successful run ended."),
    lastHandledRunRequest: text(64)
      .optional()
      .describe("The last value of the annotation exclusivewindow.dev/run-requested-at that was answered."),
    lastSkip: z
      .object({
        scheduledTime: time().describe("When the skipped run was due."),
        reason: text(64).describe("Why it was skipped, in one word."),
        message: text(1024).describe("Why it was skipped, for people; where several were skipped together, how many and since when."),
      })
      .optional()
      .describe("The last run that was skipped, and why."),
    skipped: z
      .array(skippedSchema)
      .max(skipReasons.length)
      .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["reason"] })
      .optional()
      .describe("How many runs were skipped, by reason."),
    failures: z
      .object({
        count: z.int32().describe("How many runs failed in a row. A run that was cancelled by a user does not count."),
        generation: z.int().describe("The generation of the spec that they were started from: an edit begins anew."),
      })
      .optional()
      .describe("The runs that failed in a row; pauseAfterFailures acts on them."),
    waitingRun: waitingRunSchema.optional().describe("The run that is due and is kept from starting."),
    run: runSchema.optional().describe("The active run."),
    history: z.array(historyEntrySchema).max(10).optional().describe("The last ten runs, newest first."),
    ...participation,
  })
  .describe("What the controller tells of the window.");

export type Steps = z.infer<typeof steps>;
export type RunRecord = z.infer<typeof runSchema>;
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
export type Condition = z.infer<typeof conditionSchema>;
export type Answered = z.infer<typeof answeredSchema>;
export type Status = z.infer<typeof statusSchema>;
