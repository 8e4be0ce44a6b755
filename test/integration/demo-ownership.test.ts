// What the demo sees of a cluster that others use, read from a real API server. (Which of it is in its way: demo/ownership.test.ts.)
import { afterAll, beforeAll, expect, test } from "vitest";
import { Kubectl } from "../../demo/kubectl.ts";
import { refuseForeign, windowsElsewhere } from "../../demo/ownership.ts";
import { findCluster } from "../../dev/cluster/cluster.ts";
import { type KubeNamespace, kubeNamespace } from "../support/kube-namespace.ts";

let namespace: KubeNamespace;
let kubectl: Kubectl;

beforeAll(async () => {
  namespace = await kubeNamespace();
  const cluster = await findCluster();
  if (cluster === undefined) throw new Error("the cluster is gone");
  kubectl = new Kubectl(cluster);
});
afterAll(() => namespace?.remove());

test("a window of another namespace is seen, and is not in the demo's way", async () => {
  await namespace.createWindow("nightly");
  expect(await windowsElsewhere(kubectl)).toContain(`exclusivewindow/nightly in namespace ${namespace.name}`);
  await expect(refuseForeign(kubectl)).resolves.toBeUndefined();
});

test("a controller that looks after every namespace is in its way", async () => {
  const labels = { "app.kubernetes.io/name": "exclusive-window" };
  const config = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "exclusive-window-config", namespace: namespace.name, labels },
    data: { "config.yaml": 'zookeeper: { servers: "zookeeper:2181" }\n' },
  };
  await kubectl.apply([config]);
  await expect(refuseForeign(kubectl)).rejects.toThrow(
    `the controller of configmap/exclusive-window-config in namespace ${namespace.name} looks after the windows in namespace orders`,
  );
});
