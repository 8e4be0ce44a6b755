// Deployments that take part in windows, and their Pods. They are read and never written.
import type { V1Deployment, V1LabelSelector } from "@kubernetes/client-node";
import { windowAnnotation } from "../crds/meta.ts";
import { type Json, path } from "./json.ts";
import { listAll } from "./list.ts";
import type { Pods } from "./pods.ts";
import type { Rest } from "./rest.ts";

export interface WorkloadView {
  readonly kind: "Deployment";
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The windows that its annotation names, in its own namespace; empty without the annotation. */
  readonly windows: readonly string[];
  /** Its Pods, as a label selector. */
  readonly selector: string;
}

export interface Participant {
  readonly kind: "Deployment";
  readonly name: string;
  readonly pods: readonly { readonly name: string; readonly podIp: string | undefined; readonly running: boolean }[];
}

export interface Workloads {
  /** The annotated ones of a namespace, uncached. */
  list(namespace: string): Promise<readonly WorkloadView[]>;
  /** The Pods of these workloads of one namespace, uncached; Pods that have ended are left out. */
  participants(namespace: string, workloads: readonly WorkloadView[]): Promise<readonly Participant[]>;
}

/** For a watch over every namespace. */
export const deploymentsPath = path("apis", "apps", "v1", "deployments");

export function createWorkloads(rest: Rest, pods: Pods): Workloads {
  return {
    async list(namespace) {
      const where = path("apis", "apps", "v1", "namespaces", namespace, "deployments");
      const { items } = await listAll<Json<V1Deployment>>(rest, `list Deployments in ${namespace}`, where);
      return items.map(workloadView).filter((workload) => workload.windows.length > 0);
    },
    participants: (namespace, workloads) => Promise.all(workloads.map((workload) => participant(pods, namespace, workload))),
  };
}

export function workloadView(deployment: Json<V1Deployment>): WorkloadView {
  const { namespace = "", name = "", uid = "", annotations } = deployment.metadata ?? {};
  const named = (annotations?.[windowAnnotation] ?? "").split(",").map((text) => text.trim());
  const windows = [...new Set(named.filter((text) => text !== ""))];
  return { kind: "Deployment", namespace, name, uid, windows, selector: selectorText(deployment.spec?.selector ?? {}) };
}

async function participant(pods: Pods, namespace: string, workload: WorkloadView): Promise<Participant> {
  // An empty selector means every Pod to a list, and none to a Deployment.
  const all = workload.selector === "" ? [] : await pods.listBySelector(namespace, workload.selector);
  const alive = all.filter((pod) => pod.phase !== "ended");
  const found = alive.map(({ name, podIp, phase }) => ({ name, podIp, running: phase === "running" }));
  return { kind: workload.kind, name: workload.name, pods: found };
}

function selectorText(selector: Json<V1LabelSelector>): string {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value ?? ""}`);
  return [...equal, ...(selector.matchExpressions ?? []).map(expressionText)].join(",");
}

function expressionText({ key = "", operator, values = [] }: Json<NonNullable<V1LabelSelector["matchExpressions"]>[number]>): string {
  if (operator === "Exists") return key;
  if (operator === "DoesNotExist") return `!${key}`;
  return `${key} ${operator === "NotIn" ? "notin" : "in"} (${values.join(",")})`;
}
