// How etcd, the API server, the controller manager and the scheduler are started: their flags, and why.

import type { Certificates } from "./certificates.ts";
import type { Credentials } from "./credentials.ts";
import { layout, NAME } from "./layout.ts";
import { gatewayOf } from "./network.ts";
import type { Daemon } from "./process.ts";
import type { Subnets } from "./subnets.ts";

/** What every part of the cluster is started from. */
export interface Plan {
  readonly programs: Readonly<
    Record<"etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kubelet" | "kube-proxy" | "kubectl", string>
  >;
  readonly subnets: Subnets;
  /** The API server's URL. */
  readonly apiServer: string;
  readonly kubeletPort: number;
  readonly certificates: Certificates;
  readonly credentials: Credentials;
}

/** Flags as `--name=value`. */
export function flags(values: Readonly<Record<string, string | number | boolean>>): readonly string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

const ETCD_CLIENTS = `unix://${layout.etcdSocket}`;
const ETCD_PEERS = `unix://${layout.etcdPeerSocket}`;

/** On sockets that only root opens: no port to collide with, and no password to keep. */
export function etcd(plan: Plan): Daemon {
  const args = flags({
    name: NAME,
    "data-dir": layout.etcdData,
    "listen-client-urls": ETCD_CLIENTS,
    "advertise-client-urls": ETCD_CLIENTS,
    "listen-peer-urls": ETCD_PEERS,
    "initial-advertise-peer-urls": ETCD_PEERS,
    "initial-cluster": `${NAME}=${ETCD_PEERS}`,
    "unsafe-no-fsync": true, // nothing in it is worth a disk's patience
    "log-level": "warn",
  });
  return { name: "etcd", program: plan.programs.etcd, args };
}

export function apiServer(plan: Plan): Daemon {
  const { certificates, credentials, subnets } = plan;
  const gateway = gatewayOf(subnets);
  const args = flags({
    "etcd-servers": ETCD_CLIENTS,
    // The bridge: Pods reach it there, and the machine's own network does not.
    "bind-address": gateway,
    "advertise-address": gateway,
    "secure-port": new URL(plan.apiServer).port,
    "tls-cert-file": certificates.apiServer.certificate,
    "tls-private-key-file": certificates.apiServer.key,
    "token-auth-file": credentials.tokenFile,
    "service-cluster-ip-range": subnets.services,
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-account-key-file": certificates.serviceAccounts.publicKey,
    "service-account-signing-key-file": certificates.serviceAccounts.privateKey,
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "allow-privileged": true,
    "kubelet-preferred-address-types": "InternalIP",
    "kubelet-certificate-authority": certificates.authority.certificate,
    "kubelet-client-certificate": certificates.kubeletClient.certificate,
    "kubelet-client-key": certificates.kubeletClient.key,
  });
  return { name: "kube-apiserver", program: plan.programs["kube-apiserver"], args };
}

export function controllerManager(plan: Plan): Daemon {
  const { certificates, credentials } = plan;
  const config = credentials.kubeconfigs["controller-manager"];
  const args = flags({
    kubeconfig: config,
    "authentication-kubeconfig": config,
    "authorization-kubeconfig": config,
    "secure-port": 0,
    "leader-elect": false,
    "use-service-account-credentials": true,
    "service-account-private-key-file": certificates.serviceAccounts.privateKey,
    "root-ca-file": certificates.authority.certificate,
    "cluster-signing-cert-file": certificates.authority.certificate,
    "cluster-signing-key-file": certificates.authority.key,
    // Its own limit of 20 requests a second makes the start five seconds longer.
    "kube-api-qps": 200,
    "kube-api-burst": 400,
  });
  return { name: "kube-controller-manager", program: plan.programs["kube-controller-manager"], args };
}

export function scheduler(plan: Plan): Daemon {
  const args = flags({
    kubeconfig: plan.credentials.kubeconfigs.scheduler,
    "authentication-kubeconfig": plan.credentials.kubeconfigs.scheduler,
    "authorization-kubeconfig": plan.credentials.kubeconfigs.scheduler,
    "secure-port": 0,
    "leader-elect": false,
  });
  return { name: "kube-scheduler", program: plan.programs["kube-scheduler"], args };
}
