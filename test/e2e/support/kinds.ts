// Event processors of three kinds, as users would deploy them: on the library, on Apache Curator, and in Python beside the sidecar.
import type { Cluster } from "../../../dev/cluster/provider.ts";
import { buildImages } from "../../../dev/image/build.ts";
import { foreignRecipes } from "../../../dev/image/recipes.ts";
import { type Handled, handledOf } from "../../support/foreign-processor.ts";
import { jobImage } from "./job-scripts.ts";
import type { Site } from "./site.ts";
import { until } from "./until.ts";

type Fields = Readonly<Record<string, unknown>>;

export const kinds = ["node", "java", "python"] as const;
export type Kind = (typeof kinds)[number];

export interface Processors {
  /** All events of that kind so far. */
  events(kind: Kind): Promise<readonly Handled[]>;
  /** Waits until each kind has handled events that began after that moment (default: now). */
  work(after?: bigint): Promise<void>;
}

export interface ProcessorPlace {
  readonly zookeeper: string;
  readonly lockPath: string;
  /** The value of the annotation. */
  readonly windows: string;
}

/** Brings the images that only these need to the cluster. */
export async function loadForeignImages(cluster: Cluster): Promise<void> {
  const images = await buildImages(() => {}, foreignRecipes);
  for (const tar of new Set(images.map((image) => image.tar))) await cluster.loadImage(tar);
}

/** Applies one Deployment of each kind, named after it, and waits until all of them work. */
export async function deployKinds({ apply, kubectl, namespace }: Site, place: ProcessorPlace): Promise<Processors> {
  for (const kind of kinds) await apply(deployment(kind, place));
  for (const kind of kinds) await kubectl("rollout", "status", `deployment/${kind}`, "--timeout", "180s");
  const pods = new Map<Kind, string>();
  for (const kind of kinds) {
    pods.set(kind, (await kubectl("get", "pods", "--selector", `app=${kind}`, "--output", "jsonpath={.items[*].metadata.name}")).trim());
  }
  const events = async (kind: Kind) => {
    const path = `/api/v1/namespaces/${namespace}/pods/${pods.get(kind)}:8080/proxy/records?from=0`;
    return handledOf(JSON.parse(await kubectl("get", "--raw", path)));
  };
  const work = async (after = process.hrtime.bigint()) => {
    for (const kind of kinds) await until(`${kind} handles events`, async () => (await events(kind)).some(({ start }) => start > after));
  };
  await work();
  return { events, work };
}

function deployment(kind: Kind, { zookeeper, lockPath, windows }: ProcessorPlace): Fields {
  const labels = { app: kind };
  const gate = { EXCLUSIVE_WINDOW_ZOOKEEPER: zookeeper, EXCLUSIVE_WINDOW_LOCKS: lockPath };
  const containers: Readonly<Record<Kind, Fields>> = {
    node: { containers: [{ ...container("main", jobImage, { ...gate, EVENTS_PER_SECOND: "50" }), args: ["/app/node-gate.js"] }] },
    java: { containers: [container("main", "exclusive-window-java-curator:0.1.0", { ...gate, EVENTS_PER_SECOND: "50" })] },
    python: {
      initContainers: [sidecar(gate)],
      containers: [container("main", "exclusive-window-python-sidecar:0.1.0", { EVENTS_PER_SECOND: "50" })],
    },
  };
  const securityContext = { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: "RuntimeDefault" } };
  const spec = { terminationGracePeriodSeconds: 5, securityContext, ...containers[kind] };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: kind, annotations: { "exclusivewindow.dev/window": windows } },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

function container(name: string, image: string, environment: Readonly<Record<string, string>>): Fields {
  const env = [
    ...Object.entries(environment).map(([key, value]) => ({ name: key, value })),
    { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
  ];
  const securityContext = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
  return { name, image, imagePullPolicy: "IfNotPresent", env, securityContext };
}

/** As docs/how-to/sidecar.md has it. */
function sidecar(environment: Readonly<Record<string, string>>): Fields {
  const gate = ["node", "/app/exclusive-window.js", "gate"];
  return {
    ...container("exclusive-window-gate", "exclusive-window:0.1.0", environment),
    restartPolicy: "Always",
    command: gate,
    startupProbe: { exec: { command: [...gate, "status"] }, timeoutSeconds: 10, failureThreshold: 60 },
    lifecycle: { preStop: { exec: { command: [...gate, "drain"] } } },
  };
}
