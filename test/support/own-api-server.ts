// A real API server that a test may stop and start: an etcd and a kube-apiserver of its own, without controllers and nodes, where
// those programs are built; elsewhere a way of its own to the cluster that is up, which ends and refuses every connection.
//
// Promised: `start` after `stop` serves the same objects at the same address. Ends with the process that started it.
import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findCluster } from "../../dev/cluster/cluster.ts";
import { areToolsBuilt, ensureTools } from "../../dev/tools/build.ts";
import { freePort } from "../../dev/zookeeper/free-port.ts";
import { loadKube } from "../../src/kube/config.ts";
import { createRest } from "../../src/kube/rest.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { TcpProxy } from "./tcp-proxy.ts";

export interface OwnApiServer {
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** At once, as by a crash. */
  stop(): Promise<void>;
  /** Resolves when it serves. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

const PROGRAMS = ["etcd", "kube-apiserver"] as const;
const ADDRESS = "127.0.0.1";

export async function ownApiServer(): Promise<OwnApiServer> {
  const directory = await mkdtemp(join(tmpdir(), "own-api-server-"));
  return areToolsBuilt(PROGRAMS) ? startPair(directory) : startWay(directory);
}

async function startPair(directory: string): Promise<OwnApiServer> {
  const programs = await ensureTools(PROGRAMS);
  const port = await freePort(ADDRESS);
  const token = randomUUID();
  writeFileSync(join(directory, "tokens.csv"), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  writeServiceAccountKeys(directory);
  const kubeconfig = join(directory, "kubeconfig");
  // It signs its certificate itself, at its first start.
  const cluster = { server: `https://${ADDRESS}:${port}`, "certificate-authority": join(directory, "apiserver.crt") };
  writeFileSync(kubeconfig, kubeconfigText(cluster, { token }));
  const etcd = launch(directory, "etcd", programs.etcd, etcdFlags(directory));
  let server: ChildProcess | undefined;
  const start = async () => {
    server = launch(directory, "kube-apiserver", programs["kube-apiserver"], apiServerFlags(directory, port));
    await serves(kubeconfig, directory, server);
  };
  await start();
  return {
    kubeconfig,
    start,
    stop: () => end(server),
    async remove() {
      await Promise.all([end(server), end(etcd)]);
      await rm(directory, { recursive: true });
    },
  };
}

/** The shared API server by a way that only this test goes: it cannot be stopped, but nobody gets through. */
async function startWay(directory: string): Promise<OwnApiServer> {
  const cluster = await findCluster();
  if (cluster === undefined) throw new Error("these tests need a cluster: run `npm run cluster up` first");
  const config = loadKube(cluster);
  const target = new URL(config.getCurrentCluster()?.server ?? "");
  const proxy = await TcpProxy.start({ address: target.hostname, port: Number(target.port || 443) });
  const own = JSON.parse(config.exportConfig()) as {
    readonly clusters: readonly { readonly cluster: object }[];
    readonly users: readonly { readonly user: object }[];
  };
  const kubeconfig = join(directory, "kubeconfig");
  // Its certificate is for that name; where it has none, one for an address serves loopback too.
  const name = isIP(target.hostname) === 0 ? { "tls-server-name": target.hostname } : {};
  const through = { server: `https://${proxy.connectString}`, ...name };
  writeFileSync(kubeconfig, kubeconfigText({ ...own.clusters[0]?.cluster, ...through }, own.users[0]?.user ?? {}));
  return {
    kubeconfig,
    start: async () => proxy.open(),
    stop: async () => proxy.refuse(),
    async remove() {
      await proxy.stop();
      await rm(directory, { recursive: true });
    },
  };
}

function etcdFlags(directory: string): readonly string[] {
  const clients = `unix://${join(directory, "etcd.sock")}`;
  const peers = `unix://${join(directory, "etcd-peer.sock")}`;
  return [
    "--name=own",
    `--data-dir=${join(directory, "etcd")}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=own=${peers}`,
    "--unsafe-no-fsync=true",
    "--log-level=warn",
  ];
}

function apiServerFlags(directory: string, port: number): readonly string[] {
  return [
    `--etcd-servers=unix://${join(directory, "etcd.sock")}`,
    `--bind-address=${ADDRESS}`,
    `--secure-port=${port}`,
    `--cert-dir=${directory}`,
    `--token-auth-file=${join(directory, "tokens.csv")}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.96.0.0/24",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${join(directory, "service-accounts.pub")}`,
    `--service-account-signing-key-file=${join(directory, "service-accounts.key")}`,
    // Nobody makes service accounts here, and Pods are to be had without.
    "--disable-admission-plugins=ServiceAccount",
    // It serves this test alone: nobody has to find it by its Service.
    "--advertise-address=192.0.2.1",
    "--endpoint-reconciler-type=none",
  ];
}

function writeServiceAccountKeys(directory: string): void {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(directory, "service-accounts.pub"), pair.publicKey.export({ type: "spki", format: "pem" }));
  writeFileSync(join(directory, "service-accounts.key"), pair.privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
}

function kubeconfigText(cluster: object, user: object): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "own", cluster }],
    users: [{ name: "own", user }],
    contexts: [{ name: "own", context: { cluster: "own", user: "own" } }],
    "current-context": "own",
  });
}

function launch(directory: string, name: string, program: string, args: readonly string[]): ChildProcess {
  const log = openSync(join(directory, `${name}.log`), "a");
  const child = spawn(program, [...args], { cwd: directory, stdio: ["ignore", log, log] });
  closeSync(log);
  const endWithUs = () => child.kill("SIGKILL");
  process.once("exit", endWithUs);
  child.once("exit", () => process.off("exit", endWithUs));
  return child;
}

async function serves(kubeconfig: string, directory: string, server: ChildProcess): Promise<void> {
  const request = { method: "GET", path: "/api/v1/namespaces/default" } as const;
  const ask = () => createRest(loadKube({ kubeconfig }), { clock: systemClock, deadlineMs: 2000 }).call("read a namespace", request);
  while (!(await ask().then(Boolean, () => false))) {
    if (server.exitCode !== null)
      throw new Error(`the API server ended: ${readFileSync(join(directory, "kube-apiserver.log"), "utf8").slice(-2000)}`);
    await pause(100);
  }
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
