// The demo's ZooKeeper: a process of this machine where Pods can reach one, else a Pod of the cluster with a port forwarded to it.
import { rmSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { cacheDirectory } from "../dev/cache.ts";
import { findZooKeeper, startZooKeeper } from "../dev/zookeeper/server.ts";
import type { Kubectl } from "./kubectl.ts";

export interface DemoZooKeeper {
  /** The ensemble as Pods reach it: host:port. */
  readonly forPods: string;
  /** The same server as this machine reaches it. */
  readonly address: string;
  readonly port: number;
  /** Ends it by hand, for whoever kept it. */
  readonly endingCommand: string;
  stop(): Promise<void>;
}

const forwardMs = 60_000;
const rolloutTimeout = "5m";

/** `hostAddress`: where Pods reach this machine. `keep`: it outlives this program, and the next demo finds it. */
export async function hostZooKeeper(hostAddress: string, keep: boolean, progress: (text: string) => void): Promise<DemoZooKeeper> {
  const dir = join(cacheDirectory("demo"), "zookeeper");
  // A name instead of an address leads to this machine's loopback (Docker Desktop); nothing wider is ever listened on.
  const address = isIP(hostAddress) === 0 ? "127.0.0.1" : hostAddress;
  const earlier = findZooKeeper(dir);
  if (earlier !== undefined && earlier.address !== address) await earlier.stop();
  const running = earlier?.address === address ? earlier : undefined;
  if (running === undefined) rmSync(dir, { recursive: true, force: true });
  const server = running ?? (await startZooKeeper({ address, dir, detached: keep, progress }));
  return {
    forPods: `${hostAddress}:${server.port}`,
    address,
    port: server.port,
    endingCommand: `kill ${server.pid}`,
    async stop() {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Applies the overlay, waits for the server and forwards a free port of this machine to it. */
export async function clusterZooKeeper(kubectl: Kubectl, overlay: string): Promise<DemoZooKeeper> {
  await kubectl.run(["apply", "--server-side", "--force-conflicts", "--kustomize", overlay]);
  await kubectl.run(["--namespace", "zookeeper", "rollout", "status", "statefulset/zookeeper", `--timeout=${rolloutTimeout}`]);
  const forwarding = await forward(kubectl);
  return {
    forPods: "zookeeper.zookeeper.svc:2181",
    address: "127.0.0.1",
    port: forwarding.port,
    endingCommand: kubectl.commandLine("delete namespace zookeeper"),
    async stop() {
      forwarding.stop();
      await kubectl.run(["delete", "namespace", "zookeeper", "--ignore-not-found"]);
    },
  };
}

async function forward(kubectl: Kubectl): Promise<{ readonly port: number; stop(): void }> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const timer = setTimeout(() => reject(new Error("kubectl port-forward to ZooKeeper did not start within 60 s")), forwardMs);
  const child = kubectl.follow(["--namespace", "zookeeper", "port-forward", "service/zookeeper", ":2181"], (line) => {
    const port = /127\.0\.0\.1:(\d+) ->/.exec(line)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  child.ended.then(() => reject(new Error("kubectl port-forward to ZooKeeper ended")), reject);
  try {
    return { port: await promise, stop: child.stop };
  } catch (error) {
    child.stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
