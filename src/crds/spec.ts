// The contract with users: what an ExclusiveWindow is, field by field. The one source of the CRD, of the types and of the
// parser; the texts are what `kubectl explain` prints, and the project's glossary.
// `z.meta` keys that begin with x- go into the CRD as they are.
import { z } from "zod";
import { jobTemplate } from "./job-template.ts";
import { jobTemplateRules, lockRules, locksRules, pathRules, scheduleRules, specRules, withRules } from "./rules.ts";

const int = (minimum: number, maximum: number) => z.int32().min(minimum).max(maximum);
const day = 86_400;

/** A znode path, or a template of one. The API server refuses a pattern with nested repetitions beyond 1000, so rules say the rest. */
const znodePath = withRules(
  z
    .string()
    .min(2)
    .max(512)
    .regex(/^(\/[A-Za-z0-9._{}-]+){1,16}$/),
  pathRules,
);
const znodePathOrNone = withRules(
  z
    .string()
    .max(512)
    .regex(/^((\/[A-Za-z0-9._{}-]+){1,16})?$/),
  pathRules,
);

/** A year, either way. */
const hour = () => int(-8760, 8760);

const lockFields = z.object({
  path: znodePath.describe(
    "The lock path that the processors use: the base path of an Apache Curator InterProcessReadWriteLock. Under /exclusive-windows/<namespace>/ unless an administrator granted the namespace more. Nothing but lock nodes may stand under it. Example: /orders/processing. {date} (yyyyMMdd), {hour}, {yyyy}, {MM} and {dd} stand for the hour that the run is due in, or that it was requested in, in UTC.",
  ),
  signalPath: znodePathOrNone
    .optional()
    .describe(
      'The node that exists while processors are asked to pause. A sibling of the lock path, never below it; windows that share a lock path name the same signal. It may hold what path may. "": there is none, nobody is asked to pause, and whoever holds a read lock is waited for. Default: the lock path followed by -signal.',
    ),
  hours: z
    .object({
      from: hour().describe("The first hour, counted from the hour that the run is due in. Example: -24."),
      to: hour().describe("The end of the range, itself left out. Example: 0."),
    })
    .optional()
    .describe(
      "The lock is taken for each of these hours, named by the braces in path: {hour}, and {date} or {yyyy}, {MM} and {dd}. Whole days (24 hours) are counted by the calendar of timeZone, the rest by the clock: -24 to 0 at midnight is yesterday, 23 or 25 hours of it where the clocks change. At most 256 locks in all.",
    ),
});
export const lockSchema = withRules(lockFields, lockRules).describe("One lock, and the signal that asks its processors to pause.");

const locks = withRules(z.array(lockSchema).min(1).max(16), locksRules).meta({
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["path"],
});

const specFields = z.object({
  schedule: withRules(z.string().min(1).max(100), scheduleRules).describe(
    'When the window falls due, in five cron fields (minute, hour, day of month, month, day of week), or @hourly, @daily, @weekly, @monthly, @yearly. L and # work. Example: "0 2 * * *" is every night at 02:00.',
  ),
  timeZone: z
    .string()
    .min(1)
    .max(64)
    .default("UTC")
    .describe("The IANA name of the time zone that the schedule is read in; never the host's zone. Example: Europe/Copenhagen."),
  startingDeadlineSeconds: int(0, 7 * day)
    .default(3600)
    .describe("How late, in seconds after the due time, a window may still start; later than that it is skipped."),
  suspend: z
    .boolean()
    .default(false)
    .describe(
      "True: no run starts by the schedule. A run that is active goes on to its end, and a requested run still runs. After the resume the latest slot that was missed still runs if it is not later than startingDeadlineSeconds.",
    ),
  locks: locks
    .optional()
    .describe(
      "The locks that are all held while the Job runs, taken and released together. Default: one, /exclusive-windows/<namespace>/<name>/lock, with the signal /exclusive-windows/<namespace>/<name>/signal.",
    ),
  drainTimeoutSeconds: int(1, day)
    .default(300)
    .describe(
      "How long, in seconds, processors may take to release their read locks. Time in which another window's write lock is ahead does not count.",
    ),
  drainTimeoutPolicy: z
    .enum(["Abort", "Wait", "Evict"])
    .default("Abort")
    .describe(
      "What happens when processors do not release in time. Abort: the run is given up, the processors resume and the run is recorded as DrainTimedOut. Wait: that is said, and the run waits until the window's deadline. Evict: Pods of workloads annotated with this window that still hold a read lock are evicted, as PodDisruptionBudgets allow; after one more timeout as Abort.",
    ),
  drainGraceSeconds: int(0, 3600)
    .default(0)
    .describe(
      "Seconds that are always waited after the last reader released, for processors that may have vanished without finishing. Set it to the processors' ZooKeeper session timeout to be safe against those.",
    ),
  uncleanExitGraceSeconds: int(0, 3600)
    .default(30)
    .describe(
      "Seconds that are waited after the last reader left if a reader vanished without releasing its read lock (its process died or was cut off): it may be in the middle of an event. Known of processors on this project's library; of others it is not known, see drainGraceSeconds.",
    ),
  jobStartTimeoutSeconds: int(1, day)
    .default(300)
    .describe(
      "How long, in seconds, the Job may take to start its first container (an image that cannot be pulled, a Pod that cannot be scheduled). Then the run is given up and recorded as JobNotStarted.",
    ),
  windowDeadlineSeconds: int(60, 7 * day)
    .default(14_400)
    .describe(
      "The end of the window, in seconds after its due time. Then the Job is stopped, the locks are released and the processors resume.",
    ),
  exclusivityLostPolicy: z
    .enum(["Terminate", "Continue"])
    .default("Terminate")
    .describe(
      "What happens when somebody removes the write lock under a running Job. Terminate: the Job is stopped. Continue: containers that run go on, and no further Pod of the Job is started.",
    ),
  requireParticipants: z
    .boolean()
    .default(false)
    .describe(
      "True: a run that is due, or requested, waits until every running Pod of the workloads that are annotated with this window holds a read lock, and at least one workload is. Later than startingDeadlineSeconds it is skipped as ParticipantsNotReady. Nobody has to release anything meanwhile.",
    ),
  pauseAfterFailures: int(1, 100)
    .optional()
    .describe(
      "After so many failed runs in a row the schedule starts no more: the condition Paused says so, and a requested run that succeeds or an edit of the spec goes on. Default: never. A run that a user cancelled does not count.",
    ),
  jobTemplate: withRules(jobTemplate, jobTemplateRules).describe(
    "The Job that runs while no processor works: a batch/v1 JobTemplateSpec. It is checked by a dry run when the window is accepted. Its containers find EXCLUSIVE_WINDOW_FENCING_TOKEN, _RUN_ID, _NAME, _SCHEDULED_TIME and _DEADLINE in their environment.",
  ),
  successfulJobsHistoryLimit: int(0, 100).default(3).describe("How many successful Jobs are kept."),
  failedJobsHistoryLimit: int(0, 100).default(1).describe("How many failed Jobs are kept."),
});
export const specSchema = withRules(specFields, specRules).describe(
  "What the window is: when it falls due, which locks it takes and which Job runs.",
);

export type Spec = z.infer<typeof specSchema>;
