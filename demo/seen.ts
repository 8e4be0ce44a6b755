// What the demo reads of the API server's and the processors' answers: only these fields, and nothing that is not there passes.
import { z } from "zod";

const pod = z.object({
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).optional(), deletionTimestamp: z.string().optional() }),
  spec: z.object({ schedulingGates: z.array(z.unknown()).optional() }),
  status: z.object({
    phase: z.string().optional(),
    podIP: z.string().optional(),
    containerStatuses: z.array(z.object({ restartCount: z.number(), ready: z.boolean() })).optional(),
  }),
});
export const podList = z.object({ items: z.array(pod) });
export type SeenPod = z.infer<typeof pod>;

const job = z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ suspend: z.boolean().optional() }) });
export const jobList = z.object({ items: z.array(job) });
export type SeenJob = z.infer<typeof job>;

export const seenWindow = z.object({
  metadata: z.object({ uid: z.string() }),
  status: z
    .object({
      conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() })).optional(),
      run: z.object({ id: z.string(), jobName: z.string() }).optional(),
      history: z.array(z.object({ id: z.string(), jobName: z.string(), result: z.string(), message: z.string() })).optional(),
    })
    .optional(),
});
export type SeenWindow = z.infer<typeof seenWindow>;

export const seenStats = z.object({
  instance: z.string(),
  bootId: z.string(),
  state: z.string(),
  obeysGate: z.boolean(),
  events: z.number(),
  eventsPerSecond: z.number(),
  inFlight: z.number(),
  zookeeper: z.object({ requests: z.number(), heartbeats: z.number() }),
  transitions: z.array(z.object({ state: z.string(), atNs: z.string() })),
});

export type SeenStats = z.infer<typeof seenStats>;

export const seenRecords = z.object({
  instance: z.string(),
  bootId: z.string(),
  baseNs: z.string(),
  dropped: z.number(),
  from: z.number(),
  starts: z.array(z.number()),
  ends: z.array(z.number()),
});
