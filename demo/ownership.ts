// What of a cluster is the demo's. It changes and removes what bears its label, and its controller looks after one namespace; so it
// must not begin where something that no demo made stands in the way, or where another controller looks after that namespace.
// Not promised: to notice a controller that runs outside the cluster.
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { projectRoot } from "../dev/image/bundle.ts";
import { parseConfig } from "../src/controller/config.ts";
import { group, plural } from "../src/crds/meta.ts";
import { messageOf } from "../src/shared/errors.ts";
import type { Kubectl } from "./kubectl.ts";
import { demoLabels, namespace } from "./manifests.ts";

export const controllerNamespace = "exclusive-window";
export const zookeeperNamespace = "zookeeper";
export const definition = `customresourcedefinition/${plural}.${group}`;

const ownNamespaces: readonly string[] = [namespace, controllerNamespace, zookeeperNamespace];
/** On everything that an installation makes, the demo's as well as others. */
const installationSelector = "app.kubernetes.io/name=exclusive-window";

/** On everything that a demo made, for kubectl's --selector. */
export const demoSelector = Object.entries(demoLabels)
  .map(([label, value]) => `${label}=${value}`)
  .join(",");

export interface ClusterObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  /** A ConfigMap's. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface Neighbours {
  readonly namespaces: readonly ClusterObject[];
  /** The ClusterRoles, ClusterRoleBindings and ConfigMaps of every installation. */
  readonly installations: readonly ClusterObject[];
  readonly windows: readonly ClusterObject[];
  /** Whether the definition of windows is another than this tree's. */
  readonly otherDefinition: boolean;
}

/** Throws where the demo would do harm to what is there, or would be disturbed by it. */
export async function refuseForeign(kubectl: Kubectl): Promise<void> {
  const found = conflicts(await neighbours(kubectl));
  if (found.length === 0) return;
  const advice = "Take another cluster, or remove them first (`npm run cluster down` for one of the project's own).";
  throw new Error(`${found.join("; ")}. ${advice}`);
}

/** Why the demo cannot begin beside these, as sentences without a full stop. */
export function conflicts({ namespaces, installations, windows, otherDefinition }: Neighbours): readonly string[] {
  const clusterWide = installations.filter(({ metadata }) => metadata.namespace === undefined);
  const inTheWay = [
    ...namespaces.filter(({ metadata }) => ownNamespaces.includes(metadata.name)),
    ...clusterWide,
    ...windows.filter((window) => !isElsewhere(window)),
  ].filter((object) => !isDemos(object));
  const elsewhere = windows.filter(isElsewhere);
  return [
    ...(inTheWay.length === 0
      ? []
      : [`the cluster already has ${inTheWay.map(nameOf).join(", ")}, which no demo made and the demo would change or remove`]),
    ...installations.flatMap(claim),
    ...(otherDefinition && elsewhere.length > 0
      ? [
          `the cluster has another version of ${definition}, which the demo would change, and windows that go by it: ${elsewhere.map(nameOf).join(", ")}`,
        ]
      : []),
  ];
}

function isElsewhere({ metadata }: ClusterObject): boolean {
  return metadata.namespace !== namespace;
}

function isDemos({ metadata }: ClusterObject): boolean {
  return Object.entries(demoLabels).every(([label, value]) => metadata.labels?.[label] === value);
}

function nameOf({ kind, metadata }: ClusterObject): string {
  const name = `${kind.toLowerCase()}/${metadata.name}`;
  return metadata.namespace === undefined ? name : `${name} in namespace ${metadata.namespace}`;
}

/** What another installation has to do with the demo's namespace, by its configuration. */
function claim(object: ClusterObject): readonly string[] {
  const { metadata, data } = object;
  const text = data?.["config.yaml"];
  if (text === undefined || metadata.namespace === controllerNamespace) return [];
  try {
    const { namespaces } = parseConfig(text, "config.yaml");
    if (namespaces.length > 0 && !namespaces.includes(namespace)) return [];
    return [`the controller of ${nameOf(object)} looks after the windows in namespace ${namespace}, as the demo's would`];
  } catch (error) {
    return [`the controller of ${nameOf(object)} may look after the windows in namespace ${namespace}: ${messageOf(error)}`];
  }
}

async function neighbours(kubectl: Kubectl): Promise<Neighbours> {
  const windows = await windowsIn(kubectl);
  const [namespaces, installations, otherDefinition] = await Promise.all([
    items(kubectl, "namespaces"),
    items(kubectl, "clusterroles,clusterrolebindings,configmaps", "--selector", installationSelector),
    windows.length > 0 && isOtherDefinition(kubectl),
  ]);
  return { namespaces, installations, windows, otherDefinition };
}

/** Every window of the cluster; none where windows are not known at all. */
async function windowsIn(kubectl: Kubectl): Promise<readonly ClusterObject[]> {
  const known = await kubectl.run(["get", definition, "--ignore-not-found", "--output=name"]);
  return known === "" ? [] : items(kubectl, `${plural}.${group}`);
}

async function items(kubectl: Kubectl, ...what: readonly string[]): Promise<readonly ClusterObject[]> {
  const text = await kubectl.run(["get", ...what, "--all-namespaces", "--output=json"]);
  return (JSON.parse(text) as { readonly items: readonly ClusterObject[] }).items;
}

/** The API server fills in what the file leaves out, so it is asked what the definition would be. */
async function isOtherDefinition(kubectl: Kubectl): Promise<boolean> {
  const file = join(projectRoot, "deploy/crd/exclusivewindows.yaml");
  const specs = [
    await kubectl.run(["get", definition, "--output=json"]),
    await kubectl.run(["apply", "--server-side", "--force-conflicts", "--dry-run=server", "--filename", file, "--output=json"]),
  ].map((text) => (JSON.parse(text) as { readonly spec: unknown }).spec);
  return !isDeepStrictEqual(specs[0], specs[1]);
}

/** The names of the windows outside the demo's namespace. */
export async function windowsElsewhere(kubectl: Kubectl): Promise<readonly string[]> {
  return (await windowsIn(kubectl)).filter(isElsewhere).map(nameOf);
}
