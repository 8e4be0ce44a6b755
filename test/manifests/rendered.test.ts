// The two ways to install the controller render the same objects. Helm and kubectl come from their Go modules.
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ensureTools } from "../../dev/tools/build.ts";
import { parseConfig } from "../../src/controller/config.ts";
import { helmTemplate, kustomize, type Manifest, manifestsOf, tryHelmTemplate } from "../support/render.ts";

let fromKustomize: readonly Manifest[] = [];
let fromHelm: readonly Manifest[] = [];

beforeAll(async () => {
  await ensureTools(["helm", "kubectl"]);
  fromKustomize = await kustomize("deploy/default");
  fromHelm = await helmTemplate();
}, 1_800_000);

const keyOf = ({ kind, metadata }: Manifest) => `${kind}/${metadata.name}`;

/** Helm's namespace is made by --create-namespace. */
const withoutNamespaces = (objects: readonly Manifest[]) => objects.filter((o) => o.kind !== "Namespace");

function only(objects: readonly Manifest[], kind: string): Manifest {
  const found = objects.filter((o) => o.kind === kind);
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return first;
}

function at(value: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>((v, key) => (typeof v === "object" && v !== null ? Reflect.get(v, key) : undefined), value);
}

const clusterWide = [
  "Namespace",
  "CustomResourceDefinition",
  "ClusterRole",
  "ClusterRoleBinding",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
];

/** Without what only a release needs, or kustomize does not know better (kubectl drops the namespace of what has none), and with the configuration as its content instead of its text. */
function comparable(object: Manifest): unknown {
  const copy = structuredClone(object);
  if (clusterWide.includes(object.kind)) Reflect.deleteProperty(copy.metadata, "namespace");
  const annotations = [at(copy, "metadata", "annotations"), at(copy, "spec", "template", "metadata", "annotations")];
  for (const own of annotations) {
    if (typeof own !== "object" || own === null) continue;
    Reflect.deleteProperty(own, "helm.sh/resource-policy");
    Reflect.deleteProperty(own, "checksum/config");
  }
  return JSON.parse(JSON.stringify(copy, (key, value: unknown) => (key === "config.yaml" ? parse(String(value)) : emptyAway(key, value))));
}

function emptyAway(key: string, value: unknown): unknown {
  return key === "annotations" && typeof value === "object" && value !== null && Object.keys(value).length === 0 ? undefined : value;
}

describe("the chart and deploy/default", () => {
  test("make the same objects", () => {
    const wanted = withoutNamespaces(fromKustomize).map(keyOf).sort();
    expect(wanted.length).toBeGreaterThan(10);
    expect(withoutNamespaces(fromHelm).map(keyOf).sort()).toEqual(wanted);
  });

  test("say the same in each of them", () => {
    const helm = new Map(fromHelm.map((object) => [keyOf(object), object]));
    for (const object of withoutNamespaces(fromKustomize)) {
      const twin = helm.get(keyOf(object));
      expect(twin === undefined ? undefined : comparable(twin), keyOf(object)).toEqual(comparable(object));
    }
  });

  test("put everything that has a namespace into one", () => {
    for (const object of [...fromKustomize, ...fromHelm].filter((o) => !clusterWide.includes(o.kind))) {
      expect(object.metadata.namespace, keyOf(object)).toBe("exclusive-window");
    }
  });

  test("give the controller a configuration that it accepts", () => {
    for (const objects of [fromKustomize, fromHelm]) {
      const config = parseConfig(String(at(only(objects, "ConfigMap"), "data", "config.yaml")), "config.yaml");
      expect(config.zookeeper).toEqual({ servers: "zookeeper.zookeeper.svc:2181", sessionTimeoutSeconds: 30 });
      expect(config.installation).toBe("default");
    }
  });

  test("name in each role what it is for: no wildcard, and no Secret", () => {
    const rules = fromKustomize.filter((o) => o.kind.endsWith("Role")).flatMap((o) => [at(o, "rules")].flat());
    expect(rules.length).toBeGreaterThan(10);
    const words = rules.flatMap((rule) => ["apiGroups", "resources", "verbs"].flatMap((key) => at(rule, key)));
    expect(words).not.toContain("*");
    expect(words).not.toContain("secrets");
  });

  test("name only objects that exist in what refers to others", () => {
    const deployment = only(fromKustomize, "Deployment");
    const names = new Set(fromKustomize.map(keyOf));
    expect(names).toContain(`ServiceAccount/${at(deployment, "spec", "template", "spec", "serviceAccountName")}`);
    expect(names).toContain(`ConfigMap/${at(deployment, "spec", "template", "spec", "volumes", 0, "configMap", "name")}`);
    const labels = at(deployment, "spec", "template", "metadata", "labels");
    expect(labels).toMatchObject(Object(at(only(fromKustomize, "Service"), "spec", "selector")));
    expect(labels).toMatchObject(Object(at(only(fromKustomize, "PodDisruptionBudget"), "spec", "selector", "matchLabels")));
  });
});

describe("the chart's values", () => {
  test("may keep the definition out, or let it go with the release", async () => {
    const isDefinition = (o: Manifest) => o.kind === "CustomResourceDefinition";
    expect(at(fromHelm.find(isDefinition), "metadata", "annotations", "helm.sh/resource-policy")).toBe("keep");
    expect((await helmTemplate("crds.enabled=false")).filter(isDefinition)).toEqual([]);
    const [definition] = (await helmTemplate("crds.keep=false")).filter(isDefinition);
    expect(at(definition, "metadata", "annotations")).toBeUndefined();
  });

  test("reach the controller's configuration", async () => {
    const grants = [{ namespace: "orders", prefixes: ["/orders", "/archive"] }];
    const objects = await helmTemplate(
      'zookeeper.servers="zk-0:2181,zk-1:2181/apps"',
      "zookeeper.sessionTimeoutSeconds=10",
      'installation="blue"',
      'namespaces=["orders"]',
      `pathGrants=${JSON.stringify(grants)}`,
      'log={"level":"debug","format":"text"}',
    );
    expect(parseConfig(String(at(only(objects, "ConfigMap"), "data", "config.yaml")), "config.yaml")).toEqual({
      zookeeper: { servers: "zk-0:2181,zk-1:2181/apps", sessionTimeoutSeconds: 10 },
      installation: "blue",
      namespaces: ["orders"],
      pathGrants: grants,
      log: { level: "debug", format: "text" },
    });
  });

  test("reach the Pods", async () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const objects = await helmTemplate(
      'image.repository="registry.example.com/exclusive-window"',
      `image.digest="${digest}"`,
      'imagePullSecrets=[{"name":"registry"}]',
      'nodeSelector={"kubernetes.io/os":"linux"}',
      'tolerations=[{"key":"infra","operator":"Exists"}]',
      'priorityClassName="system-cluster-critical"',
      'podAnnotations={"team":"platform"}',
    );
    const template = at(only(objects, "Deployment"), "spec", "template");
    expect(at(template, "spec", "containers", 0, "image")).toBe(`registry.example.com/exclusive-window@${digest}`);
    expect(at(template, "metadata", "annotations", "team")).toBe("platform");
    expect(at(template, "spec")).toMatchObject({
      imagePullSecrets: [{ name: "registry" }],
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations: [{ key: "infra", operator: "Exists" }],
      priorityClassName: "system-cluster-critical",
    });
  });

  test.each([
    { what: "a misspelled value", setting: 'zookeper="x"', says: "zookeper" },
    { what: "a misspelled value in a group", setting: "crds.enable=true", says: "enable" },
    { what: "an unknown log level", setting: 'log.level="loud"', says: "level" },
    { what: "an installation that ZooKeeper could not hold", setting: 'installation="_own"', says: "installation" },
    { what: "a grant that is no path", setting: 'pathGrants=[{"namespace":"orders","prefixes":["orders"]}]', says: "prefixes" },
  ])("refuse $what", async ({ setting, says }) => {
    const { code, stderr } = await tryHelmTemplate(setting);
    expect(code).not.toBe(0);
    expect(stderr).toContain(says);
  });
});

describe("the other kustomizations", () => {
  test("render: one ZooKeeper, and the samples", async () => {
    expect((await kustomize("deploy/zookeeper")).map(keyOf).sort()).toEqual([
      "Namespace/zookeeper",
      "Service/zookeeper",
      "StatefulSet/zookeeper",
    ]);
    expect((await kustomize("deploy/samples")).map(keyOf).sort()).toEqual([
      "Deployment/order-events",
      "ExclusiveWindow/nightly-compaction",
      "Namespace/orders",
    ]);
  });

  test("the sample processors name the sample window and the lock that is its default", () => {
    const [processors] = manifestsOf("deploy/samples/processors.yaml");
    const [window] = manifestsOf("deploy/samples/window.yaml");
    const name = window?.metadata.name;
    expect(at(processors, "metadata", "annotations", "exclusivewindow.dev/window")).toBe(name);
    const env = [at(processors, "spec", "template", "spec", "containers", 0, "env")].flat().map((e) => at(e, "value"));
    expect(env).toContain(`/exclusive-windows/orders/${name}/lock`);
    expect(env).toContain(`/exclusive-windows/orders/${name}/signal`);
  });
});
