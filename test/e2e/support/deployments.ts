// Deployments of event processors in the stage's namespace: those of the example, which release, and those that are stuck.
import { bundleSource } from "../../../dev/image/bundle.ts";
import { windowAnnotation } from "../../../src/crds/meta.ts";
import { path } from "../../../src/kube/json.ts";
import { jobImage } from "./job-scripts.ts";
import type { Stage } from "./stage.ts";
import { until } from "./until.ts";

export interface DeploymentOptions {
  readonly name: string;
  readonly replicas: number;
  readonly lockPath: string;
  /** The window that it is annotated with, if any. */
  readonly window?: string;
  /** Its processors never end their event. */
  readonly stuck: boolean;
}

/** Resolves when each of its Pods holds a read lock; answers them. */
export async function deploy(stage: Stage, options: DeploymentOptions): Promise<readonly PodName[]> {
  const { name, replicas, lockPath, window, stuck } = options;
  const labels = { app: name };
  const script = { name: "stuck", configMap: { name: "stuck-processor" } };
  const container = {
    name: "processor",
    image: jobImage,
    imagePullPolicy: "IfNotPresent",
    env: [
      { name: "ZOOKEEPER", value: stage.zookeeper.connectString },
      { name: "LOCK_PATH", value: lockPath },
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
    ],
    ...(stuck ? { args: ["/stuck/main.mjs"], volumeMounts: [{ name: script.name, mountPath: "/stuck" }] } : {}),
  };
  const podSpec = { terminationGracePeriodSeconds: 10, containers: [container], ...(stuck ? { volumes: [script] } : {}) };
  const annotations = window === undefined ? {} : { [windowAnnotation]: window };
  const spec = { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } };
  await stage.apply({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name, annotations }, spec });
  return until(`the Pods of ${name} hold read locks`, async () => {
    const pods = await podsOf(stage, name);
    const owners = await stage.locks.readers(lockPath);
    return pods.length === replicas && pods.every(({ podIp }) => podIp !== undefined && owners.includes(podIp)) ? pods : undefined;
  });
}

export interface PodName {
  readonly name: string;
  readonly uid: string;
  readonly podIp: string | undefined;
}

/** The Pods of that Deployment which are not being deleted. */
export async function podsOf({ kube, namespace }: Stage, name: string): Promise<readonly PodName[]> {
  const pods = await kube.pods.listBySelector(namespace, `app=${name}`);
  return pods.filter(({ deleting, phase }) => !deleting && phase === "running").map(({ name, uid, podIp }) => ({ name, uid, podIp }));
}

/** What stuck processors run. Not applied: `kubectl apply` would keep all of it in an annotation, which is too small for it. */
export async function createStuckProcessor({ kube, namespace }: Stage): Promise<void> {
  const program = await bundleSource("test/e2e/support/stuck-processor.ts");
  const body = { metadata: { name: "stuck-processor" }, data: { "main.mjs": program.toString("utf8") } };
  await kube.rest.call("create the program", { method: "POST", path: path("api", "v1", "namespaces", namespace, "configmaps"), body });
}
