// The demo removes what it made, and its controller acts on every window of the cluster. So it must not begin beside anything of
// the kind that it did not make.
import { group, plural } from "../src/crds/meta.ts";
import type { Kubectl } from "./kubectl.ts";
import { demoLabels, namespace } from "./manifests.ts";

export const controllerNamespace = "exclusive-window";
export const zookeeperNamespace = "zookeeper";
export const definition = `customresourcedefinition/${plural}.${group}`;

/** On everything that a demo made, for kubectl's --selector. */
export const demoSelector = Object.entries(demoLabels)
  .map(([label, value]) => `${label}=${value}`)
  .join(",");

/** Throws where the cluster has namespaces of the demo's names that no demo made, or windows elsewhere. */
export async function refuseForeign(kubectl: Kubectl): Promise<void> {
  const [foreign, elsewhere] = await Promise.all([foreignNamespaces(kubectl), windowsElsewhere(kubectl)]);
  const advice = "Take another cluster, or remove them first (`npm run cluster down` for one of the project's own).";
  if (foreign.length > 0) {
    throw new Error(`the cluster already has ${foreign.join(", ")}, which no demo made and the demo would change and remove. ${advice}`);
  }
  if (elsewhere.length > 0) {
    throw new Error(`the cluster has other windows (${elsewhere.join(", ")}), which the demo's controller would act on. ${advice}`);
  }
}

async function foreignNamespaces(kubectl: Kubectl): Promise<readonly string[]> {
  const names = [namespace, controllerNamespace, zookeeperNamespace];
  const get = (...args: readonly string[]) => kubectl.run(["get", "namespaces", "--output=name", ...args]);
  const [all, ours] = await Promise.all([get(), get("--selector", demoSelector)]);
  const there = all.split("\n").filter((line) => names.some((name) => line === `namespace/${name}`));
  return there.filter((line) => !ours.split("\n").includes(line));
}

/** `namespace/name` of every window outside the demo's namespace; none where windows are not known at all. */
export async function windowsElsewhere(kubectl: Kubectl): Promise<readonly string[]> {
  const range = '{range .items[*]}{.metadata.namespace}/{.metadata.name}{"\\n"}{end}';
  const { stdout } = await kubectl.attempt(["get", `${plural}.${group}`, "--all-namespaces", `--output=jsonpath=${range}`]);
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith(`${namespace}/`));
}
