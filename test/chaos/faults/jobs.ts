// People who delete Jobs of runs: as kubectl does it, and after they took every finalizer off, with the Pods or without them.
import { runLabel } from "../../../src/crds/meta.ts";
import { orUndefined } from "../../../src/kube/errors.ts";
import { path } from "../../../src/kube/json.ts";
import type { Stage } from "../stage.ts";
import { chosen, type Strike } from "./fault.ts";

export const deleteJob: Strike = async ({ stage }, { choice }) => {
  const name = chosen(await activeJobs(stage), choice);
  if (name !== undefined) await remove(stage, name, "Background");
  return name === undefined ? undefined : { what: name };
};

export const deleteJobAndFinalizer: Strike = async ({ stage }, { choice }) => {
  const name = chosen(await activeJobs(stage), choice);
  if (name === undefined) return undefined;
  const policy = choice * 1000 - Math.floor(choice * 1000) < 0.5 ? "Orphan" : "Background";
  const body = { metadata: { finalizers: null } };
  const contentType = "application/merge-patch+json";
  await orUndefined(
    stage.kube.rest.call("take all finalizers off a Job", { method: "PATCH", path: where(stage, name), body, contentType }),
  );
  await remove(stage, name, policy);
  return { what: `${name} (${policy})` };
};

const where = ({ namespace }: Stage, ...name: readonly string[]) => path("apis", "batch", "v1", "namespaces", namespace, "jobs", ...name);

async function activeJobs(stage: Stage): Promise<readonly string[]> {
  interface Jobs {
    readonly items: readonly { readonly metadata: { readonly name: string }; readonly status?: { readonly active?: number } }[];
  }
  const { body } = await stage.kube.rest.call<Jobs>("list Jobs", { method: "GET", path: where(stage), query: { labelSelector: runLabel } });
  return body.items.filter(({ status }) => (status?.active ?? 0) > 0).map(({ metadata }) => metadata.name);
}

async function remove(stage: Stage, name: string, propagationPolicy: string): Promise<void> {
  await orUndefined(stage.kube.rest.call("delete a Job", { method: "DELETE", path: where(stage, name), body: { propagationPolicy } }));
}
