// A controller as a process of its own on this machine, against the real cluster: it can be killed like a Pod can, and at once.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Cluster } from "../../../dev/cluster/provider.ts";
import { until } from "./until.ts";

export interface ControllerOptions {
  readonly cluster: Cluster;
  /** Where its lease and its fencing mark are. */
  readonly namespace: string;
  readonly name: string;
  readonly zookeeper: string;
  readonly sessionTimeoutSeconds?: number;
  readonly pathGrants: readonly { readonly namespace: string; readonly prefixes: readonly string[] }[];
  /** user:password for ZooKeeper. */
  readonly digest?: string;
  /** A module that is loaded before the program. */
  readonly preload?: string;
  /** Another program than src/controller/main.ts, and what its environment holds besides. */
  readonly program?: string;
  readonly variables?: NodeJS.ProcessEnv;
}

export interface ControllerProcess {
  readonly name: string;
  readonly lines: readonly string[];
  /** As far as it told; a paused one can tell nothing and does nothing. */
  isLeading(): boolean;
  isRunning(): boolean;
  /** The ids of the ZooKeeper sessions that it had. */
  sessions(): readonly bigint[];
  /** SIGSTOP: it stands still, as in a virtual machine that is paused; what it has sent goes on without it. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL: it has no chance to clean up. */
  kill(): Promise<void>;
  /** SIGTERM. */
  stop(): Promise<void>;
}

const program = join(import.meta.dirname, "../../../src/controller/main.ts");

/** Resolves when it serves its health page. */
export async function startController(options: ControllerOptions): Promise<ControllerProcess> {
  const dir = mkdtempSync(join(tmpdir(), "exclusive-window-e2e-"));
  const preload = options.preload === undefined ? [] : ["--import", options.preload];
  const child = spawn(process.execPath, [...preload, options.program ?? program], {
    env: environment(options, dir),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = collect(child);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  let paused = false;
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await until(`controller ${options.name} has ended`, () => !isRunning());
    rmSync(dir, { recursive: true, force: true });
  };
  const said = (text: string) => lines.filter((line) => line.includes(`"msg":"${text}`)).length;
  await until(`controller ${options.name} has started`, () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${lines.slice(-5).join("\n")}`);
    return said("started") > 0;
  });
  return {
    name: options.name,
    lines,
    isLeading: () => isRunning() && !paused && said("leading") > said("no longer leading"),
    isRunning,
    sessions: () => lines.filter((line) => line.includes('"msg":"connected to ZooKeeper"')).map(sessionOf),
    pause() {
      paused = child.kill("SIGSTOP");
    },
    resume() {
      paused = !child.kill("SIGCONT");
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

function environment({ cluster, namespace, name, digest, ...options }: ControllerOptions, dir: string): NodeJS.ProcessEnv {
  const config = {
    zookeeper: { servers: options.zookeeper, sessionTimeoutSeconds: options.sessionTimeoutSeconds ?? 10 },
    installation: namespace,
    namespaces: [namespace],
    pathGrants: options.pathGrants,
    log: { level: "debug", format: "json" },
  };
  writeFileSync(join(dir, "config.yaml"), stringify(config));
  if (digest !== undefined) writeFileSync(join(dir, "digest"), digest);
  return {
    ...process.env,
    ...options.variables,
    CONFIG_FILE: join(dir, "config.yaml"),
    ZOOKEEPER_DIGEST_FILE: join(dir, "digest"),
    POD_NAME: name,
    POD_NAMESPACE: namespace,
    HEALTH_PORT: "0",
    METRICS_PORT: "0",
    KUBECONFIG: cluster.kubeconfig,
    KUBE_CONTEXT: cluster.context,
  };
}

function sessionOf(line: string): bigint {
  const { session } = JSON.parse(line) as { readonly session: string };
  return BigInt(session);
}

function collect(child: ChildProcess): readonly string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
    });
  }
  return lines;
}
