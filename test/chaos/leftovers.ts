// What is left once every window rests (I5), and who does not work again (I4).

import { apiVersion, finalizer, plural } from "../../src/crds/meta.ts";
import { path } from "../../src/kube/json.ts";
import { parseLockNode } from "../../src/protocol/lock-nodes.ts";
import { heldOf } from "../../src/protocol/paths.ts";
import { until } from "../e2e/support/until.ts";
import { type PathName, znodesOf } from "./layout.ts";
import type { Stage } from "./stage.ts";

const CLEAN_LIMIT_MS = 90_000;
const paths: readonly PathName[] = ["one", "two"];

/** Nodes, finalizers and Pods of runs that are still there after the sweep has had time to look. */
export async function leftovers(stage: Stage): Promise<readonly string[]> {
  let left: readonly string[] = ["nothing could be read"];
  const isClean = async () => {
    left = [...(await nodesLeft(stage)), ...(await finalizersLeft(stage)), ...(await podsLeft(stage))];
    return left.length === 0;
  };
  await until("nothing is left", isClean, CLEAN_LIMIT_MS).catch(() => {});
  return left;
}

/** The processors that do not handle another event. */
export async function idleProcessors({ processors }: Stage): Promise<readonly string[]> {
  const before = processors.map(({ events }) => events.length);
  const idle = () => processors.filter(({ events }, i) => events.length <= (before[i] ?? 0) + 1);
  await until("every processor works", () => idle().length === 0, CLEAN_LIMIT_MS).catch(() => {});
  return idle().map(({ name, state, fault }) => fault ?? `${name} (${state})`);
}

async function nodesLeft(stage: Stage): Promise<readonly string[]> {
  const session = stage.session();
  const held = heldOf(stage.namespace);
  const entries = ((await session.children(held)) ?? []).map((name) => `${held}/${name}`);
  const signals = await Promise.all(
    paths
      .map((name) => znodesOf(stage.namespace, name).signal)
      .map(async (node) => ((await session.exists(node)) === undefined ? [] : [node])),
  );
  const writers = await Promise.all(
    paths.map(async (name) => {
      const { lock } = znodesOf(stage.namespace, name);
      return ((await session.children(lock)) ?? [])
        .filter((child) => parseLockNode(child).kind !== "read")
        .map((child) => `${lock}/${child}`);
    }),
  );
  return [...entries, ...signals.flat(), ...writers.flat()];
}

interface Objects {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly finalizers?: readonly string[] } }[];
}

async function finalizersLeft({ kube, namespace }: Stage): Promise<readonly string[]> {
  const kinds = [
    path("apis", "batch", "v1", "namespaces", namespace, "jobs"),
    path("apis", ...apiVersion.split("/"), "namespaces", namespace, plural),
  ];
  const lists = await Promise.all(kinds.map((where) => kube.rest.call<Objects>("list", { method: "GET", path: where })));
  const held = lists.flatMap(({ body }) => body.items).filter(({ metadata }) => metadata.finalizers?.includes(finalizer) === true);
  return held.map(({ metadata }) => `the finalizer of ${metadata.name}`);
}

async function podsLeft({ kube, namespace }: Stage): Promise<readonly string[]> {
  const pods = await kube.pods.listBySelector(namespace, "batch.kubernetes.io/job-name");
  // A Pod that was taken from its Job behind our gate never starts, and holds nothing up.
  return pods.filter(({ phase }) => phase !== "ended" && phase !== "gated").map(({ name, phase }) => `Pod ${name} (${phase})`);
}
