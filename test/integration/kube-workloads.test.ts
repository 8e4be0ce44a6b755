// Deployments that take part in windows, and service accounts, on a real cluster.
import { afterAll, beforeAll, expect, test } from "vitest";
import { path } from "../../src/kube/json.ts";
import { deploymentsPath, workloadView } from "../../src/kube/workloads.ts";
import { eventually, type KubeNamespace, kubeNamespace } from "../support/kube-namespace.ts";

let space: KubeNamespace;

beforeAll(async () => {
  space = await kubeNamespace();
});

afterAll(() => space?.remove());

test("the participants of an annotated Deployment are its running Pods, with their addresses", async () => {
  const container = { name: "main", image: "localhost/exclusive-window/busybox:dev", command: ["/bin/sleep", "600"] };
  const labels = { app: "processor" };
  const spec = {
    replicas: 2,
    selector: { matchLabels: labels, matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] },
    template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } },
  };
  const where = path("apis", "apps", "v1", "namespaces", space.name, "deployments");
  const metadata = { name: "processor", annotations: { "exclusivewindow.dev/window": "nightly, weekly,nightly" } };
  const seen: string[] = [];
  const watch = space.kube.watch({
    what: "Deployments",
    path: deploymentsPath,
    project: workloadView,
    onChange: ({ object }) => void seen.push(...object.windows),
  });
  await space.kube.rest.call("create", { method: "POST", path: where, body: { metadata, spec } });
  await space.kube.rest.call("create", { method: "POST", path: where, body: { metadata: { name: "stranger" }, spec } });
  const workloads = await space.kube.workloads.list(space.name);
  expect(workloads).toMatchObject([
    { kind: "Deployment", name: "processor", windows: ["nightly", "weekly"], selector: "app=processor,!tier" },
  ]);
  await eventually(async () => {
    const [found] = await space.kube.workloads.participants(space.name, workloads);
    expect(found?.pods.filter(({ running, podIp }) => running && podIp !== undefined).length).toBeGreaterThanOrEqual(2);
  });
  await eventually(async () => expect(seen).toContain("weekly"));
  watch.stop();
});

test("a service account exists or does not", async () => {
  await eventually(async () => expect(await space.kube.serviceAccounts.exists(space.name, "default")).toBe(true));
  expect(await space.kube.serviceAccounts.exists(space.name, "nobody")).toBe(false);
});
