// The provider for machines with Docker: a kind cluster of one node. Needs a Docker daemon that answers and kind's node image,
// here already or to be pulled.
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../cache.ts";
import { ensureTool } from "../tools/build.ts";
import { attempt, findProgram, run } from "../tools/command.ts";
import { kindProgram, loadIntoKind } from "./kind-image.ts";
import type { Cluster, Provider, UpOptions } from "./provider.ts";

/** The node image that the kind of dev/tools/go.mod was made with. */
const NODE_IMAGE = "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5";
const NAME = "exclusive-window";
const CONTEXT = `kind-${NAME}`;
const DOCKER_MS = 10_000;

export const kindProvider: Provider = { name: "kind", find, up, down, status };

const kubeconfig = (): string => join(cacheDirectory(), "kind.kubeconfig");
/** There from before the cluster is created until after it is deleted, so that a start that was broken off is found. */
const started = (): string => join(cacheDirectory(), "kind.started");

/** Why there can be no kind cluster here, or undefined where there can. Pulls the node image where it is not here yet. */
export async function kindObstacle(options: UpOptions): Promise<string | undefined> {
  if (findProgram("docker") === undefined) return "there is no docker program";
  const daemon = await attempt("docker", ["info", "--format", "{{.ServerVersion}}"], { timeoutMs: DOCKER_MS });
  if (daemon.code !== 0) return "no Docker daemon answers";
  if ((await attempt("docker", ["image", "inspect", NODE_IMAGE], { timeoutMs: DOCKER_MS })).code === 0) return undefined;
  const progress = options.start(`pulling kind's node image ${NODE_IMAGE.replace(/@.*/, "")}`);
  const pulled = await attempt("docker", ["pull", "--quiet", NODE_IMAGE], { signal: options.signal });
  options.signal?.throwIfAborted();
  if (pulled.code === 0) {
    progress.done();
    return undefined;
  }
  progress.fail();
  return `kind's node image cannot be pulled (${pulled.stderr.trim().split("\n").pop() ?? ""})`;
}

async function find(): Promise<Cluster | undefined> {
  // The file first: without it nothing was started, and asking Docker costs a second.
  return existsSync(started()) && existsSync(kubeconfig()) && (await answers()) ? cluster() : undefined;
}

async function answers(): Promise<boolean> {
  const kubectl = findProgram("kubectl") ?? (await ensureTool("kubectl"));
  const said = await attempt(kubectl, ["--kubeconfig", kubeconfig(), "get", "--raw=/readyz", "--request-timeout=5s"]);
  return said.stdout === "ok";
}

async function cluster(): Promise<Cluster> {
  const kubectl = findProgram("kubectl") ?? (await ensureTool("kubectl"));
  const loadImage = (tar: string) => loadIntoKind(NAME, tar);
  return {
    provider: "kind",
    kubeconfig: kubeconfig(),
    context: CONTEXT,
    kubectl,
    hostAddress: await hostAddress(),
    loadImage,
    silenceNode,
  };
}

/** Its container holds the API server as well, so the kubelet in it is stopped, not the container. */
async function silenceNode(): Promise<() => Promise<void>> {
  const signalKubelet = (signal: string) =>
    run("docker", ["exec", `${NAME}-control-plane`, "systemctl", "kill", `--signal=${signal}`, "kubelet"]);
  await signalKubelet("SIGSTOP");
  return async () => void (await signalKubelet("SIGCONT"));
}

/** On Linux the gateway of kind's Docker network is an address of this machine; elsewhere Docker has a name for the machine. */
async function hostAddress(): Promise<string | undefined> {
  if (process.platform !== "linux") return "host.docker.internal";
  const gateways = await attempt("docker", ["network", "inspect", "kind", "--format", "{{range .IPAM.Config}}{{.Gateway}} {{end}}"], {
    timeoutMs: DOCKER_MS,
  });
  return gateways.stdout.split(/\s+/).find((address) => /^\d+(\.\d+){3}$/.test(address));
}

async function up(options: UpOptions): Promise<Cluster> {
  const obstacle = await kindObstacle(options);
  if (obstacle !== undefined) throw new Error(`kind cannot be used: ${obstacle}. Leave --provider out to have a cluster built instead.`);
  const kind = await kindProgram(options);
  const progress = options.start("starting a kind cluster");
  writeFileSync(started(), "");
  try {
    await run(kind, ["delete", "cluster", "--name", NAME, "--kubeconfig", kubeconfig()]); // what an earlier start left
    const onLine = (line: string) => progress.update(line.trim());
    const args = ["create", "cluster", "--name", NAME, "--image", NODE_IMAGE, "--kubeconfig", kubeconfig(), "--wait", "3m"];
    await run(kind, args, { onLine, signal: options.signal });
    progress.done();
  } catch (error) {
    progress.fail();
    throw error;
  }
  return cluster();
}

async function down(options: UpOptions): Promise<boolean> {
  if (!existsSync(started())) return false;
  const progress = options.start("removing the kind cluster");
  try {
    await run(await kindProgram(options), ["delete", "cluster", "--name", NAME, "--kubeconfig", kubeconfig()]);
    for (const file of [kubeconfig(), started()]) rmSync(file, { force: true });
    progress.done();
  } catch (error) {
    progress.fail();
    throw error;
  }
  return true;
}

async function status(): Promise<readonly string[] | undefined> {
  if (!existsSync(started())) return undefined;
  const found = await find();
  if (found === undefined) return ["provider    kind, not working: `npm run cluster up` repairs it"];
  return [
    `provider    kind (node image ${NODE_IMAGE.replace(/@.*/, "")}), up`,
    `kubeconfig  ${found.kubeconfig} (context ${found.context})`,
    `kubectl     ${found.kubectl}`,
    `addresses   this machine ${found.hostAddress ?? "cannot be reached by Pods"}`,
  ];
}
