// The Job that a window runs, as batch/v1 types it. Its full schema, made from Kubernetes' own OpenAPI, stands in the CRD
// (dev/generate/job-template.ts): the API server refuses a misspelled field before this file sees it.
//
// Promised: spec.template.spec is there, and its containers, initContainers and schedulingGates are lists of objects.
// Not promised: anything else, beyond what the API server checked; the Job API itself is asked by a dry run when the window
// is accepted.
import type { V1JobTemplateSpec } from "@kubernetes/client-node";
import { z } from "zod";

const objects = z.array(z.looseObject({}));
const podSpec = z.looseObject({ containers: objects, initContainers: objects.optional(), schedulingGates: objects.optional() });
const skeleton = z.looseObject({ spec: z.looseObject({ template: z.looseObject({ spec: podSpec }) }) });

export const jobTemplate = z
  .custom<V1JobTemplateSpec>((value) => skeleton.safeParse(value).success, {
    error: "must be a Job template: an object with spec.template.spec.containers, as in a CronJob",
  })
  .meta({ "x-foreign": true });
