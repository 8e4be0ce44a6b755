// Workloads that take part in windows, and service accounts, on a real cluster.
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { isKubeError } from "../../src/kube/errors.ts";
import { path } from "../../src/kube/json.ts";
import type { WatchedObject } from "../../src/kube/watch-store.ts";
import { type WorkloadKind, workloadsPath, workloadView } from "../../src/kube/workloads.ts";
import { eventually, type KubeNamespace, kubeNamespace } from "../support/kube-namespace.ts";

let space: KubeNamespace;

beforeAll(async () => {
  space = await kubeNamespace();
});

afterAll(() => space?.remove());

const annotations = { "exclusivewindow.dev/window": "nightly, weekly,nightly" };
const create = (where: string, body: unknown) => space.kube.rest.call("create", { method: "POST", path: where, body });
const here = (kind: WorkloadKind) => workloadsPath(kind, space.name);

function spec(app: string) {
  const container = { name: "main", image: "localhost/exclusive-window/busybox:dev", command: ["/bin/sleep", "600"] };
  const labels = { app };
  const selector = { matchLabels: labels, matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] };
  return { selector, template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } } };
}

test("a namespace without workloads has none, and a watch of it is heard", async () => {
  expect(await space.kube.workloads.list(space.name)).toEqual([]);
  const kind = "DaemonSet";
  const watch = space.kube.watch({
    what: "DaemonSets",
    path: here(kind),
    selectors: { metadataOnly: true },
    project: (object) => workloadView(kind, object),
    onChange() {},
  });
  onTestFinished(() => watch.stop());
  await watch.synced;
  expect(watch.counts).toMatchObject({ lists: 1, failures: 0 });
});

test("the participants of annotated Deployments, StatefulSets and DaemonSets are their running Pods, with their addresses", async () => {
  await create(here("Deployment"), { metadata: { name: "events", annotations }, spec: { ...spec("events"), replicas: 2 } });
  await create(here("Deployment"), { metadata: { name: "stranger" }, spec: { ...spec("stranger"), replicas: 0 } });
  await create(here("StatefulSet"), { metadata: { name: "ledger", annotations }, spec: { ...spec("ledger"), serviceName: "ledger" } });
  await create(here("DaemonSet"), { metadata: { name: "agent", annotations }, spec: spec("agent") });
  const workloads = await space.kube.workloads.list(space.name);
  const windows = ["nightly", "weekly"];
  expect(workloads).toMatchObject([
    { kind: "Deployment", name: "events", windows },
    { kind: "StatefulSet", name: "ledger", windows },
    { kind: "DaemonSet", name: "agent", windows },
  ]);
  await eventually(async () => {
    const found = await space.kube.workloads.participants(space.name, workloads);
    const running = found.map(({ pods }) => pods.filter((pod) => pod.running && pod.podIp !== undefined).map(({ name }) => name));
    expect(running).toEqual([
      [expect.stringMatching(/^events-/), expect.stringMatching(/^events-/)],
      ["ledger-0"],
      [expect.stringMatching(/^agent-/)],
    ]);
  });
});

test("a workload that was deleted, or made anew under its name, has no Pods any more and is left out", async () => {
  await create(here("Deployment"), { metadata: { name: "brief", annotations }, spec: { ...spec("brief"), replicas: 0 } });
  const found = (await space.kube.workloads.list(space.name)).filter(({ name }) => name === "brief");
  expect(await space.kube.workloads.participants(space.name, found)).toEqual([{ kind: "Deployment", name: "brief", pods: [] }]);
  const remembers = space.another("other").workloads;
  await space.kube.rest.call("delete", { method: "DELETE", path: here("Deployment") + path("brief") });
  await eventually(async () => expect((await space.kube.workloads.list(space.name)).map(({ name }) => name)).not.toContain("brief"));
  expect(await remembers.participants(space.name, found)).toEqual([]);
  await create(here("Deployment"), { metadata: { name: "brief" }, spec: { ...spec("brief"), replicas: 0 } });
  expect(await remembers.participants(space.name, found)).toEqual([]);
});

test("a watch that reads metadata alone tells the annotation, its change and the end, and nothing else travels", async () => {
  const seen: string[] = [];
  const whole: WatchedObject[] = [];
  const watch = space.kube.watch({
    what: "StatefulSets",
    path: here("StatefulSet"),
    selectors: { metadataOnly: true },
    project(object) {
      whole.push(object);
      return workloadView("StatefulSet", object);
    },
    onChange: ({ kind, object }) => void seen.push(`${kind} ${object.name} ${object.windows.join()}`),
  });
  onTestFinished(() => watch.stop());
  await watch.synced;
  await create(here("StatefulSet"), { metadata: { name: "watched" }, spec: { ...spec("watched"), replicas: 0 } });
  await space.kube.rest.call("annotate", {
    method: "PATCH",
    path: here("StatefulSet") + path("watched"),
    contentType: "application/merge-patch+json",
    body: { metadata: { annotations } },
  });
  await eventually(async () => expect(seen).toContain("present watched nightly,weekly"));
  await space.kube.rest.call("delete", { method: "DELETE", path: here("StatefulSet") + path("watched") });
  await eventually(async () => expect(seen).toContain("gone watched nightly,weekly"));
  expect(whole.filter((object) => "spec" in object || "status" in object)).toEqual([]);
});

test("Argo Rollouts take part once the cluster has them, by their own selector or the one of their scale", async () => {
  if (await space.kube.workloads.servesRollouts()) throw new Error("this cluster has Argo Rollouts already: take one that has none");
  await removeAfterwards(await defineRollouts());
  await eventually(async () => expect(await space.kube.workloads.servesRollouts()).toBe(true));
  const rollout = (name: string, body: object) => create(here("Rollout"), { ...rolloutKind, metadata: { name, annotations }, ...body });
  await eventually(() => rollout("own", { spec: spec("canary") }));
  await rollout("referring", { spec: { workloadRef: { kind: "Deployment", name: "x" } }, status: { selector: "app=canary" } });
  await rollout("fresh", { spec: { workloadRef: { kind: "Deployment", name: "x" } } });
  await create(path("api", "v1", "namespaces", space.name, "pods"), {
    metadata: { name: "canary-1", labels: { app: "canary" } },
    spec: spec("canary").template.spec,
  });
  const rollouts = (await space.kube.workloads.list(space.name)).filter(({ kind }) => kind === "Rollout");
  const found = await space.kube.workloads.participants(space.name, rollouts);
  const pods = [{ name: "canary-1" }];
  expect(found).toMatchObject([
    { kind: "Rollout", name: "fresh", pods: [] },
    { kind: "Rollout", name: "own", pods },
    { kind: "Rollout", name: "referring", pods },
  ]);
});

test("a service account exists or does not", async () => {
  await eventually(async () => expect(await space.kube.serviceAccounts.exists(space.name, "default")).toBe(true));
  expect(await space.kube.serviceAccounts.exists(space.name, "nobody")).toBe(false);
});

const rolloutKind = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
const definitions = path("apis", "apiextensions.k8s.io", "v1", "customresourcedefinitions");

/** As Argo's own, as far as a workload is read. */
async function defineRollouts(): Promise<string> {
  const names = { plural: "rollouts", singular: "rollout", kind: "Rollout", listKind: "RolloutList" };
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const versions = [{ name: "v1alpha1", served: true, storage: true, schema }];
  const name = "rollouts.argoproj.io";
  await create(definitions, { metadata: { name }, spec: { group: "argoproj.io", scope: "Namespaced", names, versions } });
  return definitions + path(name);
}

async function removeAfterwards(where: string): Promise<void> {
  onTestFinished(async () => {
    try {
      await space.kube.rest.call("remove the definition", { method: "DELETE", path: where });
    } catch (error) {
      if (!isKubeError(error, "NotFound")) throw error;
    }
  });
}
