// The CustomResourceDefinition as data: names, columns and the schema of spec and status, the latter from src/crds.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { apiVersion, group, kind, plural, version } from "../../src/crds/meta.ts";
import { specSchema } from "../../src/crds/spec.ts";
import { statusSchema } from "../../src/crds/status.ts";
import { jobTemplateFile } from "./job-template.ts";
import { isSchema, type Schema, structural } from "./structural.ts";

/** A Job is named after its window and its slot, and its name is a label: 63 characters in all, 20 for the slot (schedule/run-id.ts). */
const longestName = 43;

const ready = (field: string) => `.status.conditions[?(@.type=="Ready")].${field}`;
const wide = { priority: 1 };

/** Text without spaces in the first columns; a column of type date would print a time that is still to come as <invalid>. */
const columns = [
  { name: "Schedule", type: "string", jsonPath: ".spec.schedule" },
  { name: "Zone", type: "string", jsonPath: ".spec.timeZone" },
  { name: "Ready", type: "string", jsonPath: ready("status") },
  { name: "Status", type: "string", jsonPath: ready("reason"), description: "What the window does now, in one word." },
  { name: "Last", type: "date", jsonPath: ".status.lastScheduleTime", description: "How long ago the last run was due." },
  { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  { name: "Suspend", type: "boolean", jsonPath: ".spec.suspend", ...wide },
  { name: "Next", type: "string", jsonPath: ".status.nextScheduleTime", description: "When the window next falls due.", ...wide },
  { name: "Job", type: "string", jsonPath: ".status.run.jobName", description: "The Job of the active run.", ...wide },
  { name: "Result", type: "string", jsonPath: ".status.history[0].result", description: "How the last run ended.", ...wide },
  { name: "Message", type: "string", jsonPath: ready("message"), ...wide },
];

/** The Job template's own schema in the place that src/crds left for it, under this project's text and rules. */
function jobTemplate(place: unknown): Schema {
  if (!isSchema(place)) throw new Error("spec.jobTemplate is missing from src/crds/spec.ts");
  const reduced: unknown = parse(readFileSync(jobTemplateFile, "utf8"));
  if (!isSchema(reduced)) throw new Error(`${jobTemplateFile} holds no schema: write it anew with dev/generate/job-template.ts`);
  const { "x-foreign": _, description, ...rest } = place;
  return { description, ...reduced, ...rest };
}

function specOf(): Schema {
  const spec = structural(specSchema);
  const fields = isSchema(spec.properties) ? spec.properties : {};
  return { ...spec, properties: { ...fields, jobTemplate: jobTemplate(fields.jobTemplate) } };
}

function rootOf(): Schema {
  return {
    description:
      "An ExclusiveWindow runs a Job at the times of its schedule while none of the event processors that share its locks works: they are asked to pause, the locks are taken, the Job runs, the processors resume.",
    type: "object",
    required: ["spec"],
    properties: {
      apiVersion: { type: "string", description: `The version of this schema: ${apiVersion}.` },
      kind: { type: "string", description: `The kind of this object: ${kind}.` },
      metadata: { type: "object" },
      spec: specOf(),
      status: {
        ...structural(statusSchema),
        // Until the controller has seen the window, tools that wait for it (kstatus, Flux) must not take it for ready.
        default: { observedGeneration: -1 },
      },
    },
    "x-kubernetes-validations": [
      {
        rule: `self.metadata.name.size() <= ${longestName}`,
        message: `The name is part of the names of the window's Jobs, so it may have at most ${longestName} characters.`,
      },
    ],
  };
}

export function definition(): Schema {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, labels: { "app.kubernetes.io/name": "exclusive-window" } },
    spec: {
      group,
      scope: "Namespaced",
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: ["ew"],
        categories: ["exclusive-windows"],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: rootOf() },
        },
      ],
    },
  };
}
