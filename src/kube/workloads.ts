// Workloads that take part in windows, and their Pods: Deployments, StatefulSets, DaemonSets and, where the cluster has them, Argo
// Rollouts. They are read and never written.
//
// Promised: of a workload that is watched or listed only its metadata travels; its selector is asked for when its Pods are, once for
// each generation. Not promised: to tell apart the Pods of two workloads whose selectors overlap.
import type { V1LabelSelector, V1ObjectMeta } from "@kubernetes/client-node";
import { windowAnnotation } from "../crds/meta.ts";
import { isKubeError } from "./errors.ts";
import { type Json, path } from "./json.ts";
import { listAll } from "./list.ts";
import type { Pods } from "./pods.ts";
import type { Rest } from "./rest.ts";
import { type NamedWindows, namedWindows } from "./window-names.ts";

const apis = {
  Deployment: { apiVersion: "apps/v1", resource: "deployments" },
  StatefulSet: { apiVersion: "apps/v1", resource: "statefulsets" },
  DaemonSet: { apiVersion: "apps/v1", resource: "daemonsets" },
  Rollout: { apiVersion: "argoproj.io/v1alpha1", resource: "rollouts" },
} as const;

export type WorkloadKind = keyof typeof apis;

export interface WorkloadView extends NamedWindows {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
}

export interface WorkloadPod {
  readonly name: string;
  readonly uid: string;
  readonly podIp: string | undefined;
  readonly running: boolean;
  /** It was asked to end. */
  readonly deleting: boolean;
  /** It is on its node's network: others have the same address. */
  readonly hostNetwork: boolean;
  /** RFC 3339. */
  readonly createdTime: string | undefined;
}

export interface Participant {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly pods: readonly WorkloadPod[];
}

export interface Workloads {
  /** The annotated ones of a namespace, uncached. */
  list(namespace: string): Promise<readonly WorkloadView[]>;
  /** The Pods of these workloads of one namespace, uncached; Pods that have ended are left out, and workloads that are gone. */
  participants(namespace: string, workloads: readonly WorkloadView[]): Promise<readonly Participant[]>;
  /** Whether the cluster has Argo Rollouts now. */
  servesRollouts(): Promise<boolean>;
}

export const apiVersionOf = (kind: WorkloadKind): string => apis[kind].apiVersion;

/** For a watch over every namespace, or within one. */
export function workloadsPath(kind: WorkloadKind, namespace?: string): string {
  const { apiVersion, resource } = apis[kind];
  return path("apis", ...apiVersion.split("/"), ...(namespace === undefined ? [] : ["namespaces", namespace]), resource);
}

export function workloadView(kind: WorkloadKind, object: { readonly metadata?: Json<V1ObjectMeta> }): WorkloadView {
  const { namespace = "", name = "", uid = "", generation = 0, annotations } = object.metadata ?? {};
  return { kind, namespace, name, uid, generation, ...namedWindows(annotations?.[windowAnnotation]) };
}

export function createWorkloads(rest: Rest, pods: Pods): Workloads {
  const selectorOf = createSelectors(rest);
  return {
    async list(namespace) {
      const kinds: readonly WorkloadKind[] = ["Deployment", "StatefulSet", "DaemonSet", "Rollout"];
      const found = await Promise.all(kinds.map((kind) => listKind(rest, kind, namespace)));
      return found.flat().filter(({ windows }) => windows.length > 0);
    },
    async participants(namespace, workloads) {
      const found = await Promise.all(
        workloads.map(async (workload) => {
          const selector = await selectorOf(workload);
          return selector === undefined ? undefined : participant(pods, namespace, workload, selector);
        }),
      );
      return found.filter((one) => one !== undefined);
    },
    servesRollouts: () => serves(rest, "Rollout"),
  };
}

async function listKind(rest: Rest, kind: WorkloadKind, namespace: string): Promise<readonly WorkloadView[]> {
  try {
    const what = `list ${kind}s in ${namespace}`;
    const { items } = await listAll<{ metadata?: Json<V1ObjectMeta> }>(rest, what, workloadsPath(kind, namespace), { metadataOnly: true });
    return items.map((object) => workloadView(kind, object));
  } catch (error) {
    if (kind === "Rollout" && isKubeError(error, "NotFound")) return [];
    throw error;
  }
}

async function serves(rest: Rest, kind: WorkloadKind): Promise<boolean> {
  const { apiVersion, resource } = apis[kind];
  try {
    const request = { method: "GET", path: path("apis", ...apiVersion.split("/")) } as const;
    const { body } = await rest.call<{ readonly resources?: readonly { readonly name?: string }[] }>(`discover ${apiVersion}`, request);
    return body.resources?.some(({ name }) => name === resource) ?? false;
  } catch (error) {
    if (isKubeError(error, "NotFound")) return false;
    throw error;
  }
}

async function participant(pods: Pods, namespace: string, { kind, name }: WorkloadView, selector: string): Promise<Participant> {
  // An empty selector means every Pod to a list, and none to a Deployment.
  const all = selector === "" ? [] : await pods.listBySelector(namespace, selector);
  const alive = all.filter((pod) => pod.phase !== "ended");
  const found = alive.map((pod) => ({
    name: pod.name,
    uid: pod.uid,
    podIp: pod.podIp,
    running: pod.phase === "running",
    deleting: pod.deleting,
    hostNetwork: pod.hostNetwork,
    createdTime: pod.createdTime,
  }));
  return { kind, name, pods: found };
}

interface Selecting {
  readonly metadata?: Json<V1ObjectMeta>;
  readonly spec?: { readonly selector?: Json<V1LabelSelector> };
  /** Of a Rollout that refers to a Deployment for its Pods: the text that its scale has. */
  readonly status?: { readonly selector?: string };
}

const MOST_KNOWN = 1000;

/** Undefined: the workload is gone. */
function createSelectors(rest: Rest): (workload: WorkloadView) => Promise<string | undefined> {
  const known = new Map<string, string>();
  return async (workload) => {
    const key = `${workload.uid} ${workload.generation}`;
    const selector = known.get(key) ?? (await readSelector(rest, workload));
    if (known.size >= MOST_KNOWN) known.clear();
    // A Rollout's scale may have none yet.
    if (selector !== undefined && selector !== "") known.set(key, selector);
    return selector;
  };
}

async function readSelector(rest: Rest, { kind, namespace, name, uid }: WorkloadView): Promise<string | undefined> {
  try {
    const request = { method: "GET", path: workloadsPath(kind, namespace) + path(name) } as const;
    const { metadata, spec, status } = (await rest.call<Selecting>(`read ${kind} ${namespace}/${name}`, request)).body;
    if (metadata?.uid !== uid) return undefined;
    return spec?.selector === undefined ? (status?.selector ?? "") : selectorText(spec.selector);
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
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
