// A second API server on the cluster's own etcd, for the controllers alone: it can be restarted without taking the cluster away
// from everybody else on this machine. Only where the cluster was built here; elsewhere there is none.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { markedProcesses } from "../../dev/cluster/built/process.ts";
import type { Cluster } from "../../dev/cluster/provider.ts";
import { attempt } from "../../dev/tools/command.ts";
import { freePort } from "../../dev/zookeeper/free-port.ts";
import { until } from "../e2e/support/until.ts";
import { atExit } from "./exit.ts";

export interface ApiServer {
  readonly url: URL;
  kill(): void;
  /** Resolves when it is ready. */
  start(): Promise<void>;
}

/** Undefined where the cluster is not one of our own processes. `dir` takes its log. */
export async function secondApiServer(cluster: Cluster, dir: string): Promise<ApiServer | undefined> {
  const first = cluster.provider === "built" ? markedProcesses().find(({ name }) => name.startsWith("kube-apiserve")) : undefined;
  if (first === undefined) return undefined;
  const [program = "", ...flags] = readFileSync(`/proc/${first.pid}/cmdline`, "utf8").split("\0").filter(Boolean);
  const address = /^--bind-address=(.*)$/m.exec(flags.join("\n"))?.[1] ?? "127.0.0.1";
  const port = await freePort(address);
  const url = new URL(`https://${address}:${port}`);
  // Only the first one names itself in the `kubernetes` Service.
  const own = [...flags.filter((flag) => !flag.startsWith("--secure-port=")), `--secure-port=${port}`, "--endpoint-reconciler-type=none"];
  let child: ChildProcess | undefined;
  const kill = () => void child?.kill("SIGKILL");
  atExit(kill);
  const isReady = async () => {
    const { kubeconfig, context, kubectl } = cluster;
    const args = ["--kubeconfig", kubeconfig, "--context", context, "--server", url.origin, "get", "--raw", "/readyz"];
    return (await attempt(kubectl, args)).code === 0;
  };
  const start = async () => {
    kill();
    const log = openSync(join(dir, "kube-apiserver.log"), "a");
    child = spawn(program, own, { cwd: "/", stdio: ["ignore", log, log] });
    closeSync(log);
    await until("the second API server is ready", isReady);
  };
  await start();
  return { url, kill, start };
}
