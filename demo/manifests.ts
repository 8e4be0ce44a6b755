// What the demo's user would have in a repository of their own: a namespace, processors that take part in a window, the window. Pure.
import { windowAnnotation, kind as windowKind, apiVersion as windowVersion } from "../src/crds/meta.ts";

export const namespace = "orders";
export const windowName = "nightly-compaction";
export const lockPath = "/orders/processing";
export const signalPath = "/orders/processing-signal";
export const processorLabel = "order-processor";
export const processorPort = 8080;
export const replicas = 3;

export interface DemoSettings {
  /** The ensemble as Pods reach it: host:port. */
  readonly zookeeper: string;
  readonly image: string;
  /** Differs from one demo to the next, so that every demo starts with processes and records of its own. */
  readonly stamp: string;
  readonly control: boolean;
  readonly eventsPerSecond: number;
  readonly jobSeconds: number;
  /** The hour of the day, UTC, of the window's schedule: far from now, so that only the demo's own request runs it. */
  readonly hour: number;
}

/** On what the demo makes and may therefore remove. */
export const demoLabels = { "app.kubernetes.io/managed-by": "exclusive-window-demo" };

/** What the restricted Pod security standard asks for, and a root file system that nothing writes to. */
const containerSecurity = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
const podSecurity = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };

export function demoNamespace(): object {
  const labels = { ...demoLabels, "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted" };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } };
}

export function processors(settings: DemoSettings): object {
  const labels = { app: processorLabel };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: processorLabel, namespace, labels: { ...labels, ...demoLabels }, annotations: { [windowAnnotation]: windowName } },
    spec: {
      replicas,
      // Old and new processors side by side would only blur the picture.
      strategy: { type: "Recreate" },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { "exclusive-window-demo/stamp": settings.stamp } },
        spec: {
          automountServiceAccountToken: false,
          securityContext: podSecurity,
          terminationGracePeriodSeconds: 10,
          containers: [processorContainer(settings)],
        },
      },
    },
  };
}

function processorContainer(settings: DemoSettings): object {
  const env = {
    ZOOKEEPER: settings.zookeeper,
    LOCK_PATH: lockPath,
    SIGNAL_PATH: signalPath,
    EVENTS_PER_SECOND: String(settings.eventsPerSecond),
    ...(settings.control ? { CONTROL: "1" } : {}),
  };
  const probe = (path: string) => ({ httpGet: { path, port: "http" }, timeoutSeconds: 5 });
  return {
    name: "processor",
    image: settings.image,
    imagePullPolicy: "IfNotPresent",
    env: [
      // The gate writes it into its read node, so that people see whose it is.
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      ...Object.entries(env).map(([name, value]) => ({ name, value })),
    ],
    ports: [{ name: "http", containerPort: processorPort }],
    readinessProbe: { ...probe("/readyz"), periodSeconds: 1 },
    livenessProbe: { ...probe("/livez"), periodSeconds: 10 },
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    securityContext: containerSecurity,
  };
}

export function demoWindow(settings: DemoSettings): object {
  const container = {
    name: "compaction",
    image: settings.image,
    imagePullPolicy: "IfNotPresent",
    args: ["/app/demo-job.js"],
    env: [{ name: "JOB_SECONDS", value: String(settings.jobSeconds) }],
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    securityContext: containerSecurity,
  };
  const pod = { automountServiceAccountToken: false, restartPolicy: "Never", securityContext: podSecurity, containers: [container] };
  return {
    apiVersion: windowVersion,
    kind: windowKind,
    metadata: { name: windowName, namespace, labels: demoLabels },
    spec: {
      schedule: `0 ${settings.hour} * * *`,
      timeZone: "UTC",
      locks: [{ path: lockPath, signalPath }],
      drainTimeoutSeconds: 60,
      jobTemplate: { spec: { backoffLimit: 0, template: { spec: pod } } },
    },
  };
}
