// Starts the built cluster, part by part, on a machine from which the last one was removed.
//
// The state is on disk before the first change to the machine, and after every process, so that a start that is broken off
// anywhere can be taken away by removal.ts.
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import type { Progress } from "../../progress.ts";
import { KUBERNETES_VERSION } from "../../tools/build.ts";
import { ask, hasCondition, isApiReady } from "./api.ts";
import { makeCertificates } from "./certificates.ts";
import { makeCgroups } from "./cgroups.ts";
import { containerd, importOwnImages, isContainerdReady } from "./containerd.ts";
import { apiServer, controllerManager, etcd, type Plan, scheduler } from "./control-plane.ts";
import { makeCredentials } from "./credentials.ts";
import { createDns, isDnsAnswering } from "./dns.ts";
import { layout, NAME } from "./layout.ts";
import { apiServiceOf, findSubnets, gatewayOf, loadBridgeFilter, makeNetwork, readSettings } from "./network.ts";
import { kubelet, kubeProxy } from "./node.ts";
import { type Daemon, startDaemon } from "./process.ts";
import { type BuiltState, writeState } from "./state.ts";
import { logOf, waitUntil } from "./wait.ts";

/** The programs that are built from Go modules. */
export const PROGRAMS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kubectl",
  "coredns",
] as const;
export type Programs = Readonly<Record<(typeof PROGRAMS)[number], string>>;

const API_PORT = 6443;
const KUBELET_PORT = 10250;

/** Starts everything and waits until it works. Throws where it does not; what was started then still runs. */
export async function startCluster(programs: Programs, progress: Progress, signal?: AbortSignal): Promise<BuiltState> {
  let state = await plannedState(programs.kubectl);
  const save = (change: Partial<BuiltState>) => {
    state = { ...state, ...change };
    writeState(state);
  };
  const start = (daemon: Daemon) => save({ processes: [...state.processes, startDaemon(daemon, logOf(daemon.name))] });
  const until = (what: string, holds: () => Promise<boolean>) => {
    progress.update(what);
    return waitUntil(what, holds, () => state.processes, signal);
  };
  save({});
  progress.update("network and certificates");
  const plan = await makeGround(state, programs);
  for (const daemon of [etcd(plan), apiServer(plan), containerd(plan.subnets)]) start(daemon);
  await until("containerd", isContainerdReady);
  await importOwnImages(programs.coredns);
  await until("the API server", isApiReady);
  for (const daemon of [controllerManager(plan), scheduler(plan), kubelet(plan), kubeProxy(plan)]) start(daemon);
  await createDns(programs.kubectl, plan.subnets);
  await until("the node", () => hasCondition(`/api/v1/nodes/${NAME}`, "Ready"));
  await until("the default service account", async () => (await ask("/api/v1/namespaces/default/serviceaccounts/default")) !== undefined);
  await until("CoreDNS", () => hasCondition("/apis/apps/v1/namespaces/kube-system/deployments/coredns", "Available"));
  await until("names and Services", () => isDnsAnswering(plan.subnets));
  save({ phase: "up" });
  return state;
}

/** What the start will use, before anything is made. */
async function plannedState(kubectl: string): Promise<BuiltState> {
  await loadBridgeFilter();
  const subnets = await findSubnets();
  const apiServer = `https://${gatewayOf(subnets)}:${await freePort(API_PORT)}`;
  return {
    version: 1,
    phase: "starting",
    kubernetes: KUBERNETES_VERSION,
    subnets,
    apiServer,
    kubectl,
    settings: readSettings(),
    processes: [],
  };
}

/** The bridge, the control groups, the certificates and the tokens: what every process stands on. */
async function makeGround(state: BuiltState, programs: Programs): Promise<Plan> {
  const { subnets, apiServer } = state;
  mkdirSync(layout.run, { recursive: true, mode: 0o700 });
  await makeNetwork(subnets);
  makeCgroups();
  const certificates = await makeCertificates(gatewayOf(subnets), apiServiceOf(subnets));
  const credentials = makeCredentials(apiServer, certificates.authority.certificate);
  return { programs, subnets, apiServer, kubeletPort: await freePort(KUBELET_PORT), certificates, credentials };
}

/** The preferred port if nothing listens on it anywhere on this machine, or one that is free. */
function freePort(preferred: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", () => (preferred === 0 ? reject(new Error("this machine has no free port")) : resolve(freePort(0))));
    server.listen(preferred, "0.0.0.0", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : preferred));
    });
  });
}
