// The kustomizations that the demo applies: the project's own manifests with the demo's settings on top, as a user would write
// them. They stand in a temporary directory, because kubectl takes them from nowhere else.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stringify } from "yaml";
import { demoLabels, namespace } from "./manifests.ts";

export interface Overlays {
  /** Directory for `kubectl apply -k`. */
  readonly controller: string;
  readonly zookeeper: string;
  remove(): void;
}

export interface OverlaySettings {
  /** The project's directory. */
  readonly root: string;
  /** The ensemble as the controller's Pods reach it: host:port. */
  readonly zookeeper: string;
  /** Changes with the image, so that a changed one is rolled out under the same tag. */
  readonly imageDigest: string;
}

export function writeOverlays(settings: OverlaySettings): Overlays {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), "exclusive-window-demo-"));
  const write = (name: string, kustomization: object) => {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, "kustomization.yaml"), stringify(kustomization));
    return join(directory, name);
  };
  const base = (path: string) => relative(join(directory, "overlay"), join(realpathSync(settings.root), path));
  return {
    controller: write("controller", controllerOverlay(base("deploy/default"), settings)),
    zookeeper: write("zookeeper", zookeeperOverlay(base("deploy/zookeeper"))),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

const kustomization = {
  apiVersion: "kustomize.config.k8s.io/v1beta1",
  kind: "Kustomization",
  labels: [{ pairs: demoLabels }],
};

function controllerOverlay(base: string, settings: OverlaySettings): object {
  const config = {
    zookeeper: { servers: settings.zookeeper, sessionTimeoutSeconds: 30 },
    installation: "demo",
    namespaces: [namespace],
    pathGrants: [{ namespace, prefixes: [`/${namespace}`] }],
    log: { level: "debug", format: "json" },
  };
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "exclusive-window-config", namespace: "exclusive-window" },
    data: { "config.yaml": stringify(config) },
  };
  // The controller reads its configuration when it starts.
  const annotations = { "exclusive-window-demo/settings": `${settings.zookeeper} ${settings.imageDigest}` };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "exclusive-window-controller", namespace: "exclusive-window" },
    spec: { template: { metadata: { annotations } } },
  };
  return { ...kustomization, resources: [base], patches: [configMap, deployment].map((patch) => ({ patch: stringify(patch) })) };
}

/** A ZooKeeper that lets its connections be counted, and whose data goes with it. */
function zookeeperOverlay(base: string): object {
  const statefulSet = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "zookeeper", namespace: "zookeeper" },
    spec: {
      template: {
        spec: {
          containers: [{ name: "zookeeper", env: [{ name: "ZOO_4LW_COMMANDS_WHITELIST", value: "ruok,srvr,cons" }] }],
          volumes: ["data", "transactions"].map((name) => ({ name, emptyDir: {} })),
        },
      },
    },
  };
  const noClaims = [{ op: "remove", path: "/spec/volumeClaimTemplates" }];
  const patches = [{ patch: stringify(statefulSet) }, { target: { kind: "StatefulSet", name: "zookeeper" }, patch: stringify(noClaims) }];
  return { ...kustomization, resources: [base], patches };
}
