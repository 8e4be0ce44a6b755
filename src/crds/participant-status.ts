// What status tells of those who take part: annotated workloads with their Pods, and who else stands on the lock paths.
import { z } from "zod";

const text = (length: number) => z.string().max(length);
const names = () => z.array(text(253)).max(20).optional();

const pods = z.int32().describe("How many Pods the workload had that ran.");
const holding = z.int32().describe("How many of them held a read lock of this window.");
const notHolding = names().describe("Pods that held none: the first 20 names.");

const lastRun = z.object({
  id: text(63).describe("The run's id."),
  before: z
    .object({ pods, holding, notHolding })
    .optional()
    .describe("Before the run queued, when every Pod should hold a read lock. Absent where it could not be counted."),
  during: z
    .object({ pods, holding, holdingPods: names().describe("Pods that held a read lock: the first 20 names.") })
    .optional()
    .describe("While the run was exclusive, when no Pod may hold a read lock; the highest count. Absent where the run never was."),
  after: z
    .object({ pods, holding, notHolding })
    .optional()
    .describe("After the release, when the Pods take their read locks again: once all have, or a minute later."),
});

const participantSchema = z.object({
  kind: text(64).describe("The workload's kind."),
  name: text(253).describe("The workload's name."),
  pods: z.int32().describe("How many Pods it has that run."),
  holding: z.int32().describe("How many of them hold a read lock of this window."),
  holdingPods: names().describe("Pods that hold one: the first 20 names."),
  notHolding: names().describe("Pods that hold none: the first 20 names."),
  lastRun: lastRun.optional().describe("Its Pods before, during and after the last run."),
});

const unmatchedHoldersSchema = z.object({
  count: z.int32().describe("How many read locks."),
  owners: z.array(text(200)).max(20).describe("Whose they are, as their nodes say: the first 20 texts. Curator's say an address."),
});

/** Fields of the status. */
export const participation = {
  participants: z.array(participantSchema).max(20).optional().describe("The annotated workloads and the read locks that their Pods hold."),
  unmatchedHolders: unmatchedHoldersSchema
    .optional()
    .describe("Read locks of this window that belong to no Pod of a workload that is annotated with it."),
  foreignChildren: z
    .array(text(800))
    .max(20)
    .optional()
    .describe(
      "Nodes below the lock paths that are no lock nodes of Curator's read/write lock, and what they are: the first 20. Some are in its way, locks of another dialect do not see it. They belong on another path.",
    ),
};

export const waitingRunSchema = z.object({
  trigger: z.enum(["Schedule", "Request"]).describe("What asks for the run."),
  slot: text(64).describe("The nominal local time of the run, or the value of the annotation that asks for it."),
  scheduledTime: z.string().max(40).meta({ format: "date-time" }).describe("When the run was due."),
  since: z
    .string()
    .max(40)
    .meta({ format: "date-time" })
    .describe("When the first of the runs was due that were kept waiting without one in between that started."),
  reason: z.enum(["ParticipantsNotReady"]).describe("Why it waits, in one word."),
});

export type Participant = z.infer<typeof participantSchema>;
export type LastRun = z.infer<typeof lastRun>;
export type WaitingRun = z.infer<typeof waitingRunSchema>;
