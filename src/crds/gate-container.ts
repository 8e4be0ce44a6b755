// The gate's sidecar as it stands in a Pod. The one source of it: `exclusive-window inject` puts it into manifests, and the policy
// that puts it into Pods (deploy/admission/injection) is written from it by `npm run generate`. Both ways give the same container.
//
// Promised: it fits PodSecurity's level `restricted`, whatever the Pod's own security context says.
// Not promised: that an app in the Pod can write a hook or share a file with it; for that its manifest is edited by hand.
import type { V1Container, V1EnvVar, V1Volume, V1VolumeMount } from "@kubernetes/client-node";

/** By this name the sidecar is known, in templates and in Pods. */
export const gateName = "exclusive-window-gate";

/** A Secret of the Pod's namespace whose keys the gate reads as files. */
export interface GateSecret {
  readonly env: readonly V1EnvVar[];
  readonly mount: V1VolumeMount;
  readonly volume: V1Volume;
}

export interface GateWishes {
  readonly image: string;
  readonly imagePullPolicy: string;
  /** `host:port,…[/chroot]`. */
  readonly zookeeper: string;
  /** `<lock path>=<signal path>`, several separated by commas. */
  readonly locks: string;
  /** `<namespace>/<window>`. */
  readonly window: string;
  readonly secrets: readonly GateSecret[];
}

export function gateContainer({ image, imagePullPolicy, zookeeper, locks, window, secrets }: GateWishes): V1Container {
  return {
    name: gateName,
    image,
    imagePullPolicy,
    restartPolicy: "Always",
    command: gate(),
    env: [
      { name: "EXCLUSIVE_WINDOW_ZOOKEEPER", value: zookeeper },
      { name: "EXCLUSIVE_WINDOW_LOCKS", value: locks },
      { name: "EXCLUSIVE_WINDOW_NAME", value: window },
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      ...secrets.flatMap(({ env }) => env),
    ],
    // The app starts when the gate program answers; whether the gate is open is another matter.
    startupProbe: { exec: { command: gate("status") }, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 60 },
    lifecycle: { preStop: { exec: { command: gate("drain") } } },
    // Each probe is a second process in the same memory.
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(secrets.length === 0 ? {} : { volumeMounts: secrets.map(({ mount }) => mount) }),
  };
}

function gate(...words: readonly string[]): string[] {
  return ["node", "/app/exclusive-window.js", "gate", ...words];
}

/** Keys ca.crt, tls.crt and tls.key, as cert-manager makes them. */
export function tlsSecret(secretName: string): GateSecret {
  const directory = "/etc/exclusive-window-gate-tls";
  const files = { CA: "ca.crt", CERT: "tls.crt", KEY: "tls.key" };
  const env = Object.entries(files).map(([name, file]) => ({ name: `EXCLUSIVE_WINDOW_TLS_${name}`, value: `${directory}/${file}` }));
  return { env, ...mounted(`${gateName}-tls`, directory, secretName) };
}

/** Key digest = user:password. */
export function digestSecret(secretName: string): GateSecret {
  const directory = "/etc/exclusive-window-gate-auth";
  const env = [{ name: "EXCLUSIVE_WINDOW_DIGEST_FILE", value: `${directory}/digest` }];
  return { env, ...mounted(`${gateName}-auth`, directory, secretName) };
}

function mounted(name: string, mountPath: string, secretName: string): Pick<GateSecret, "mount" | "volume"> {
  return { mount: { name, mountPath, readOnly: true }, volume: { name, secret: { secretName } } };
}
