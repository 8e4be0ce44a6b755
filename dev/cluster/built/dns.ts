// Names in the cluster: CoreDNS as a Deployment, with its Service at the address that the kubelet tells to every Pod.
// Names outside the cluster are not answered: a development cluster without a registry has no use for them.
import { Resolver } from "node:dns/promises";
import { run } from "../../tools/command.ts";
import { COREDNS_IMAGE } from "./containerd.ts";
import { layout } from "./layout.ts";
import { apiServiceOf, dnsServiceOf } from "./network.ts";
import type { Subnets } from "./subnets.ts";

const NAME = "coredns";
const NAMESPACE = "kube-system";
const LABELS = { "k8s-app": "kube-dns" };

const corefile = `.:53 {
  errors
  health
  ready
  kubernetes cluster.local in-addr.arpa {
    pods insecure
  }
  cache 5
}
`;

function manifests(subnets: Subnets): readonly unknown[] {
  const metadata = { name: NAME, namespace: NAMESPACE };
  const rules = [
    { apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs: ["list", "watch"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
  ];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" };
  const subjects = [{ kind: "ServiceAccount", ...metadata }];
  const ports = [
    { name: "dns", protocol: "UDP", port: 53 },
    { name: "dns-tcp", protocol: "TCP", port: 53 },
  ];
  const selector = { matchLabels: LABELS };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: roleRef.name }, rules },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: roleRef.name }, roleRef, subjects },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: corefile } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace: NAMESPACE },
      spec: { clusterIP: dnsServiceOf(subnets), selector: LABELS, ports },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { selector, template: { metadata: { labels: LABELS }, spec: podSpec() } },
    },
  ];
}

function podSpec(): unknown {
  const container = {
    name: NAME,
    image: COREDNS_IMAGE,
    imagePullPolicy: "IfNotPresent",
    args: ["-conf", "/etc/coredns/Corefile"],
    volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
    readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
  };
  return {
    serviceAccountName: NAME,
    priorityClassName: "system-cluster-critical",
    dnsPolicy: "Default",
    containers: [container],
    volumes: [{ name: "config", configMap: { name: NAME } }],
  };
}

/** Creates CoreDNS in a cluster that has none. */
export async function createDns(kubectl: string, subnets: Subnets): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items: manifests(subnets) };
  await run(kubectl, ["--kubeconfig", layout.kubeconfig, "create", "--validate=false", "-f", "-"], { input: JSON.stringify(list) });
}

/** Whether the name of the API server's Service is answered at the DNS Service's address: CoreDNS and kube-proxy both work. */
export async function isDnsAnswering(subnets: Subnets): Promise<boolean> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([dnsServiceOf(subnets)]);
  try {
    return (await resolver.resolve4("kubernetes.default.svc.cluster.local")).includes(apiServiceOf(subnets));
  } catch {
    return false;
  }
}
