// A run's Job, made from the user's template. Pure.
//
// Promised: no Pod of it can start by itself (suspended, and a scheduling gate of ours that nobody's unsuspend removes); it
// stays until the controller has recorded its result (finalizer); a retry waits until the Pod before it has ended; its
// containers find the run in their environment. What the user's template says otherwise is kept.
import type { V1Container, V1EnvVar, V1Job, V1JobTemplateSpec, V1PodTemplateSpec } from "@kubernetes/client-node";
import {
  apiVersion,
  fencingTokenAnnotation,
  finalizer,
  installationLabel,
  kind,
  runLabel,
  scheduledTimeAnnotation,
  schedulingGate,
  windowLabel,
  windowUidLabel,
} from "../crds/meta.ts";
import { labelValue } from "./label-value.ts";

export interface JobManifestOptions {
  readonly template: V1JobTemplateSpec;
  readonly window: { readonly namespace: string; readonly name: string; readonly uid: string };
  /** Times as RFC 3339. */
  readonly run: { readonly id: string; readonly jobName: string; readonly scheduledTime: string; readonly deadlineTime: string };
  readonly installation: string;
}

export function jobManifest(options: JobManifestOptions): V1Job {
  const { template, window, run } = options;
  const { metadata, spec } = template;
  if (spec === undefined) throw new Error("the Job template has no spec: it must be refused when the window is parsed");
  const labels = runLabels(options);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: run.jobName,
      namespace: window.namespace,
      labels: { ...metadata?.labels, ...labels, [installationLabel]: labelValue(options.installation) },
      annotations: { ...metadata?.annotations, [scheduledTimeAnnotation]: run.scheduledTime },
      finalizers: [...new Set([...(metadata?.finalizers ?? []), finalizer])],
      ownerReferences: [{ apiVersion, kind, name: window.name, uid: window.uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: { ...spec, suspend: true, podReplacementPolicy: "Failed", template: podTemplate(spec.template, labels, options) },
  };
}

function runLabels({ window, run }: JobManifestOptions): Record<string, string> {
  return { [windowLabel]: labelValue(window.name), [windowUidLabel]: labelValue(window.uid), [runLabel]: labelValue(run.id) };
}

function podTemplate(template: V1PodTemplateSpec, labels: Record<string, string>, options: JobManifestOptions): V1PodTemplateSpec {
  const { spec } = template;
  if (spec === undefined) throw new Error("the Job template has no Pod spec: it must be refused when the window is parsed");
  const env = environment(options);
  const gates = (spec.schedulingGates ?? []).filter((gate) => gate.name !== schedulingGate);
  return {
    ...template,
    metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } },
    spec: {
      ...spec,
      schedulingGates: [...gates, { name: schedulingGate }],
      containers: spec.containers.map((container) => withEnv(container, env)),
      ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map((container) => withEnv(container, env)) }),
    },
  };
}

function environment({ window, run }: JobManifestOptions): readonly V1EnvVar[] {
  return [
    // The token is not known yet: each Pod is annotated with it when it is let go, before any of its containers starts.
    {
      name: "EXCLUSIVE_WINDOW_FENCING_TOKEN",
      valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${fencingTokenAnnotation}']` } },
    },
    { name: "EXCLUSIVE_WINDOW_RUN_ID", value: run.id },
    { name: "EXCLUSIVE_WINDOW_NAME", value: window.name },
    { name: "EXCLUSIVE_WINDOW_SCHEDULED_TIME", value: run.scheduledTime },
    { name: "EXCLUSIVE_WINDOW_DEADLINE", value: run.deadlineTime },
  ];
}

/** Ours come first: a variable can only refer to ones before it, and a user's may want $(EXCLUSIVE_WINDOW_RUN_ID). */
function withEnv(container: V1Container, env: readonly V1EnvVar[]): V1Container {
  const ours = new Set(env.map((variable) => variable.name));
  return { ...container, env: [...env, ...(container.env ?? []).filter((variable) => !ours.has(variable.name))] };
}
