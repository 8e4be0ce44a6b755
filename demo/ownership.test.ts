import { describe, expect, test } from "vitest";
import { demoLabels } from "./manifests.ts";
import { type ClusterObject, conflicts, type Neighbours } from "./ownership.ts";

const nobody: Neighbours = { namespaces: [], installations: [], windows: [], otherDefinition: false };
const named = (kind: string, name: string, namespace?: string): ClusterObject => ({
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});
const demos = (object: ClusterObject): ClusterObject => ({ ...object, metadata: { ...object.metadata, labels: demoLabels } });
const config = (namespaces: string, namespace = "team"): ClusterObject => ({
  ...named("ConfigMap", "exclusive-window-config", namespace),
  data: { "config.yaml": `zookeeper: { servers: "zookeeper:2181" }\nnamespaces: ${namespaces}\n` },
});
const foreignWindow = named("ExclusiveWindow", "nightly", "team");

describe("the demo begins", () => {
  test.each<{ readonly name: string; readonly beside: Partial<Neighbours> }>([
    { name: "in an empty cluster", beside: {} },
    { name: "beside windows of other namespaces", beside: { windows: [foreignWindow] } },
    {
      name: "beside what an earlier demo left",
      beside: {
        namespaces: [demos(named("Namespace", "orders")), named("Namespace", "default")],
        installations: [demos(named("ClusterRole", "exclusive-window-controller")), demos(config("[orders]", "exclusive-window"))],
        windows: [demos(named("ExclusiveWindow", "nightly-compaction", "orders"))],
      },
    },
    { name: "beside a controller that looks after other namespaces", beside: { installations: [config("[team]")] } },
    { name: "where a definition of another version serves nobody", beside: { otherDefinition: true } },
  ])("$name", ({ beside }) => {
    expect(conflicts({ ...nobody, ...beside })).toEqual([]);
  });
});

describe("the demo does not begin", () => {
  test.each<{ readonly name: string; readonly beside: Partial<Neighbours>; readonly says: string }>([
    {
      name: "in a namespace that is not its own",
      beside: { namespaces: [named("Namespace", "orders"), named("Namespace", "zookeeper"), named("Namespace", "default")] },
      says: "the cluster already has namespace/orders, namespace/zookeeper, which no demo made and the demo would change or remove",
    },
    {
      name: "where it would take over the roles of an installation",
      beside: { installations: [named("ClusterRoleBinding", "exclusive-window-controller"), config("[team]")] },
      says: "the cluster already has clusterrolebinding/exclusive-window-controller, which no demo made",
    },
    {
      name: "beside a window in its namespace that it did not make",
      beside: { namespaces: [demos(named("Namespace", "orders"))], windows: [named("ExclusiveWindow", "hers", "orders")] },
      says: "the cluster already has exclusivewindow/hers in namespace orders, which no demo made",
    },
    {
      name: "beside a controller that looks after every namespace",
      beside: { installations: [config("[]")] },
      says: "the controller of configmap/exclusive-window-config in namespace team looks after the windows in namespace orders",
    },
    {
      name: "beside a controller that looks after its namespace",
      beside: { installations: [config("[team, orders]")] },
      says: "looks after the windows in namespace orders, as the demo's would",
    },
    {
      name: "beside a controller whose configuration cannot be read",
      beside: { installations: [config("7")] },
      says: "may look after the windows in namespace orders: config.yaml cannot be used: namespaces",
    },
    {
      name: "where it would change the definition that other windows go by",
      beside: { windows: [foreignWindow], otherDefinition: true },
      says: "windows that go by it: exclusivewindow/nightly in namespace team",
    },
  ])("$name", ({ beside, says }) => {
    expect(conflicts({ ...nobody, ...beside }).join("; ")).toContain(says);
  });
});
