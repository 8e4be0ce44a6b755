// The built cluster's files and names on this machine. There is one such cluster a machine: its bridge, its firewall rules and
// its directories are the machine's. `down` removes all that is named here.

const base = "/var/lib/exclusive-window";

export const layout = {
  base,
  state: `${base}/state.json`,
  kubeconfig: `${base}/kubeconfig`,
  logs: `${base}/logs`,
  pki: `${base}/pki`,
  config: `${base}/config`,
  etcdData: `${base}/etcd`,
  containerdRoot: `${base}/containerd`,
  networkPlugins: `${base}/cni`,
  kubeletRoot: `${base}/kubelet`,
  podLogs: `${base}/pod-logs`,
  /** Sockets and mounts: gone after a reboot. */
  run: "/run/exclusive-window",
  containerdState: "/run/exclusive-window/containerd",
  containerdSocket: "/run/exclusive-window/containerd/containerd.sock",
  runcRoot: "/run/exclusive-window/runc",
  etcdSocket: "/run/exclusive-window/etcd.sock",
  etcdPeerSocket: "/run/exclusive-window/etcd-peer.sock",
} as const;

export const BRIDGE = "exwindow0";
/** Of the node, the kubeconfig's context and the pods' network. */
export const NAME = "exclusive-window";
/** Below every control group hierarchy: all containers' processes are under it, and nobody else's. */
export const CGROUP = "exclusive-window";
/** Set in every process that is started; containerd's shims inherit it. */
export const MARK = "EXCLUSIVE_WINDOW_CLUSTER_PROCESS";
/** The comment of every firewall rule of ours. */
export const RULE_COMMENT = "exclusive-window";
