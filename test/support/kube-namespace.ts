// A namespace of its own on the cluster that is up, with the hands on Kubernetes; deleted afterwards, whatever is left in it.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { findCluster } from "../../dev/cluster/cluster.ts";
import { loadKube } from "../../src/kube/config.ts";
import { isKubeError } from "../../src/kube/errors.ts";
import { path, type Ref } from "../../src/kube/json.ts";
import { createKube, type Kube } from "../../src/kube/kube.ts";
import { windowsPath } from "../../src/kube/windows.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";

export interface KubeNamespace {
  readonly name: string;
  readonly kube: Kube;
  /** Another set of hands, as another controller process has. */
  another(instance: string): Kube;
  /** Creates a window with a Job template whose container sleeps, and answers its state. */
  createWindow(name: string): Promise<Ref>;
  remove(): Promise<void>;
}

export const id = () => randomUUID().slice(0, 8);

export async function kubeNamespace(labels: Readonly<Record<string, string>> = {}): Promise<KubeNamespace> {
  const cluster = await findCluster();
  if (cluster === undefined) throw new Error("these tests need a cluster: run `npm run cluster up` first");
  const name = `kube-test-${id()}`;
  const another = (instance: string) =>
    createKube({
      config: loadKube({ kubeconfig: cluster.kubeconfig, context: cluster.context }),
      clock: systemClock,
      random: Math.random,
      id,
      log: silentLog,
      namespace: name,
      instance,
    });
  const kube = another("test");
  await applyCrd(kube);
  await kube.rest.call("create a namespace", { method: "POST", path: "/api/v1/namespaces", body: { metadata: { name, labels } } });
  return { name, kube, another, createWindow: (window) => createWindow(kube, name, window), remove: () => remove(kube, name) };
}

/** Resolves when windows can be made. */
export async function applyCrd(kube: Kube): Promise<void> {
  const crd: { metadata: { name: string } } = parse(
    await readFile(new URL("../../deploy/crd/exclusivewindows.yaml", import.meta.url), "utf8"),
  );
  await kube.rest.call("apply the CRD", {
    method: "PATCH",
    path: path("apis", "apiextensions.k8s.io", "v1", "customresourcedefinitions", crd.metadata.name),
    query: { fieldManager: "test", force: true },
    contentType: "application/apply-patch+yaml",
    body: crd,
  });
  // A new kind is served a moment after its definition was taken.
  await eventually(async () => void (await kube.rest.call("list windows", { method: "GET", path: windowsPath, query: { limit: 1 } })));
}

async function createWindow(kube: Kube, namespace: string, name: string): Promise<Ref> {
  const container = { name: "main", image: "localhost/exclusive-window/busybox:dev" };
  const spec = {
    schedule: "0 2 * * *",
    jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } } },
  };
  const { body } = await kube.rest.call<{ metadata: Ref }>("create a window", {
    method: "POST",
    path: path("apis", "exclusivewindow.dev", "v1alpha1", "namespaces", namespace, "exclusivewindows"),
    body: { apiVersion: "exclusivewindow.dev/v1alpha1", kind: "ExclusiveWindow", metadata: { name }, spec },
  });
  const { uid, resourceVersion } = body.metadata;
  return { namespace, name, uid, resourceVersion };
}

/** Takes our finalizers away first: they would keep the namespace for ever. */
async function remove(kube: Kube, name: string): Promise<void> {
  await kube.rest.call("delete the namespace", { method: "DELETE", path: path("api", "v1", "namespaces", name) });
  for (const kind of [path("apis", "batch", "v1"), path("apis", "exclusivewindow.dev", "v1alpha1")]) {
    const where = `${kind}/namespaces/${name}/${kind.includes("batch") ? "jobs" : "exclusivewindows"}`;
    const { body } = await kube.rest.call<{ items: { metadata: { name: string } }[] }>("list", { method: "GET", path: where });
    for (const item of body.items) await strip(kube, where + path(item.metadata.name));
  }
}

async function strip(kube: Kube, where: string): Promise<void> {
  const body = { metadata: { finalizers: null } };
  try {
    await kube.rest.call("remove all finalizers", { method: "PATCH", path: where, body, contentType: "application/merge-patch+json" });
  } catch (error) {
    if (!isKubeError(error, "NotFound")) throw error;
  }
}

/** Tries until it does not throw; a minute at most. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const until = performance.now() + 60_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
