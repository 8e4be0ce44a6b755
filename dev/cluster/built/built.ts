// The provider that needs no Docker: Kubernetes, etcd and CoreDNS built from their Go modules, containerd and its company from the
// distribution, one node that is this machine. Linux and root only; one such cluster a machine.

import { checkPrerequisites } from "../../prerequisites.ts";
import type { StartProgress } from "../../progress.ts";
import { areToolsBuilt, ensureTools } from "../../tools/build.ts";
import { installPackages } from "../packages.ts";
import type { Cluster, Provider, UpOptions } from "../provider.ts";
import { isApiReady } from "./api.ts";
import { importImage } from "./containerd.ts";
import { layout, NAME } from "./layout.ts";
import { gatewayOf, isKubernetesHere } from "./network.ts";
import { isRunning, signal } from "./process.ts";
import { isAnythingLeft, removeAll } from "./removal.ts";
import { PROGRAMS, type Programs, startCluster } from "./start.ts";
import { type BuiltState, readState } from "./state.ts";
import { logOf } from "./wait.ts";

export const builtProvider: Provider = { name: "built", find, up, down, status };

async function find(): Promise<Cluster | undefined> {
  const state = readState();
  return state !== undefined && (await isWorking(state)) ? clusterOf(state) : undefined;
}

async function isWorking(state: BuiltState): Promise<boolean> {
  return state.phase === "up" && state.processes.every(isRunning) && (await isApiReady());
}

function clusterOf(state: BuiltState): Cluster {
  const { kubeconfig } = layout;
  return {
    provider: "built",
    kubeconfig,
    context: NAME,
    kubectl: state.kubectl,
    hostAddress: gatewayOf(state.subnets),
    loadImage: importImage,
    silenceNode: () => silenceNode(state),
  };
}

/** It is the machine itself, so its kubelet alone is stopped. */
async function silenceNode({ processes }: BuiltState): Promise<() => Promise<void>> {
  const kubelet = processes.filter(({ name }) => name === "kubelet");
  signal(kubelet, "SIGSTOP");
  const speak = () => signal(kubelet, "SIGCONT");
  process.once("exit", speak);
  return async () => {
    process.off("exit", speak);
    speak();
  };
}

async function up(options: UpOptions): Promise<Cluster> {
  await checkPrerequisites(["linux", "root", "packages", ...(areToolsBuilt(PROGRAMS) ? [] : (["go"] as const))]);
  if (isAnythingLeft()) await remove("removing what is left of an earlier start", false, options.start);
  await installPackages(options.start, options.signal);
  if (await isKubernetesHere()) throw new Error(FOREIGN);
  const programs = await ensureTools(PROGRAMS, options);
  return clusterOf(await start(programs, options));
}

const FOREIGN =
  "another Kubernetes node works on this machine (its kube-proxy has chains in the firewall), and two of them would undo each other's rules. " +
  "Use it with --context, or stop it first; chains that a dead one left go away with a restart of the machine.";

async function start(programs: Programs, options: UpOptions): Promise<BuiltState> {
  const progress = options.start("starting Kubernetes");
  try {
    const state = await startCluster(programs, progress, options.signal);
    progress.done();
    return state;
  } catch (error) {
    progress.fail();
    await remove("taking away what was started (the logs stay)", true, options.start);
    throw error;
  }
}

async function down(options: UpOptions): Promise<boolean> {
  if (process.platform !== "linux" || !isAnythingLeft()) return false;
  await checkPrerequisites(["root"]);
  await remove("removing the cluster", false, options.start);
  return true;
}

async function remove(title: string, keepLogs: boolean, startProgress: StartProgress): Promise<void> {
  const progress = startProgress(title);
  try {
    await removeAll(keepLogs, progress.update);
    progress.done();
  } catch (error) {
    progress.fail();
    throw error;
  }
}

async function status(): Promise<readonly string[] | undefined> {
  if (process.platform !== "linux") return undefined;
  const state = readState();
  if (state === undefined && process.getuid?.() !== 0 && isAnythingLeft())
    return ["built: there is one, or what is left of one; only root can look"];
  if (state === undefined)
    return isAnythingLeft() ? ["built: leftovers of an earlier start; `npm run cluster up` repairs, `down` removes"] : undefined;
  const working = await isWorking(state);
  return [
    `provider    built (Kubernetes ${state.kubernetes}), ${working ? "up" : "not working: `npm run cluster up` repairs it"}`,
    `kubeconfig  ${layout.kubeconfig}`,
    `kubectl     ${state.kubectl}`,
    `API server  ${state.apiServer}`,
    `addresses   this machine ${gatewayOf(state.subnets)}, Pods ${state.subnets.pods}, Services ${state.subnets.services}`,
    `logs        ${layout.logs}`,
    ...state.processes.map((process) => processLine(process.name, process.pid, isRunning(process))),
  ];
}

function processLine(name: string, pid: number, running: boolean): string {
  return running ? `process     ${name} (pid ${pid})` : `process     ${name} has ended (it was pid ${pid}); see ${logOf(name)}`;
}
