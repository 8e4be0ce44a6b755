// The machine as a node: the kubelet and kube-proxy, how they are started, and why.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { flags, type Plan } from "./control-plane.ts";
import { CGROUP, layout, NAME } from "./layout.ts";
import { dnsServiceOf, gatewayOf, isBridgeFiltered } from "./network.ts";
import type { Daemon } from "./process.ts";

/** Writes the kubelet's configuration, and says how it is started. */
export function kubelet(plan: Plan): Daemon {
  const config = join(layout.config, "kubelet.json");
  writeFileSync(config, JSON.stringify(kubeletConfig(plan), null, 2));
  const args = flags({
    config,
    kubeconfig: plan.credentials.kubeconfigs.kubelet,
    "root-dir": layout.kubeletRoot,
    "hostname-override": NAME,
    "node-ip": gatewayOf(plan.subnets), // a loopback address is refused
  });
  return { name: "kubelet", program: plan.programs.kubelet, args };
}

function kubeletConfig(plan: Plan): unknown {
  const { certificates, subnets, kubeletPort } = plan;
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: gatewayOf(subnets),
    port: kubeletPort,
    healthzPort: 0,
    tlsCertFile: certificates.kubelet.certificate,
    tlsPrivateKeyFile: certificates.kubelet.key,
    // Only what the API server signed for itself is let in, and that may do everything.
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: certificates.authority.certificate },
    },
    authorization: { mode: "AlwaysAllow" },
    containerRuntimeEndpoint: `unix://${layout.containerdSocket}`,
    podLogsDir: layout.podLogs,
    volumePluginDir: join(layout.kubeletRoot, "volume-plugins"),
    clusterDNS: [dnsServiceOf(subnets)],
    clusterDomain: "cluster.local",
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${CGROUP}`,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0, // root may lack the right to lower it
    // A developer's disk is often nearly full, and an image that was brought as a file cannot be pulled again.
    imageGCHighThresholdPercent: 100,
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%" },
  };
}

export function kubeProxy(plan: Plan): Daemon {
  const { subnets } = plan;
  const args = flags({
    kubeconfig: plan.credentials.kubeconfigs.proxy,
    "proxy-mode": "iptables",
    "cluster-cidr": subnets.pods,
    "hostname-override": NAME,
    // Where bridged packets pass the firewall by, answers must come back through this machine to be translated.
    "masquerade-all": !isBridgeFiltered(),
    "nodeport-addresses": subnets.pods,
    "iptables-localhost-nodeports": false,
    "healthz-bind-address": `${gatewayOf(subnets)}:10256`,
    "metrics-bind-address": `${gatewayOf(subnets)}:10249`,
    // Leave the machine's connection tracking as it is.
    "conntrack-max-per-core": 0,
    "conntrack-tcp-timeout-established": "0s",
    "conntrack-tcp-timeout-close-wait": "0s",
    "oom-score-adj": 0,
  });
  return { name: "kube-proxy", program: plan.programs["kube-proxy"], args };
}
