// The demo's way to the cluster: kubectl for what a user would type, and one `kubectl proxy` for what is asked many times a second.
import { type ChildProcess, spawn } from "node:child_process";
import type { Cluster } from "../dev/cluster/provider.ts";
import { attempt, type CommandResult, run } from "../dev/tools/command.ts";

export type ClusterAccess = Pick<Cluster, "kubectl" | "kubeconfig" | "context">;

const proxyStartMs = 30_000;
const readMs = 10_000;

export class Kubectl {
  readonly #cluster: ClusterAccess;
  #proxy: ChildProcess | undefined;
  #base = "";

  constructor(cluster: ClusterAccess) {
    this.#cluster = cluster;
  }

  /** Throws with what kubectl printed when it fails. */
  run(args: readonly string[], input?: string): Promise<string> {
    return run(this.#cluster.kubectl, this.#all(args), input === undefined ? {} : { input });
  }

  attempt(args: readonly string[]): Promise<CommandResult> {
    return attempt(this.#cluster.kubectl, this.#all(args), { timeoutMs: 60_000 });
  }

  apply(objects: readonly object[]): Promise<string> {
    const list = { apiVersion: "v1", kind: "List", items: objects };
    return this.run(["apply", "--server-side", "--force-conflicts", "--filename", "-"], JSON.stringify(list));
  }

  /** Calls back with every line that it prints, until it ends or `stop` is called. */
  follow(args: readonly string[], onLine: (line: string) => void): { readonly ended: Promise<void>; stop(): void } {
    const child = spawn(this.#cluster.kubectl, this.#all(args), { stdio: ["ignore", "pipe", "ignore"] });
    const ended = readLines(child, onLine);
    return { ended, stop: () => void child.kill() };
  }

  /** A command line that a user can copy. */
  commandLine(args: string): string {
    return `kubectl --kubeconfig ${this.#cluster.kubeconfig} --context ${this.#cluster.context} ${args}`;
  }

  /** Starts the proxy that `get` needs. */
  async open(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(() => reject(new Error("kubectl proxy did not start within 30 s")), proxyStartMs);
    const child = spawn(this.#cluster.kubectl, this.#all(["proxy", "--port=0", "--address=127.0.0.1"]), {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#proxy = child;
    const ended = readLines(child, (line) => {
      const address = /127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (address !== undefined) resolve(`http://${address}`);
    });
    ended.then(() => reject(new Error("kubectl proxy ended before it served")), reject);
    this.#base = await promise.finally(() => clearTimeout(timer));
  }

  /** What the API server answers for a path, as JSON; undefined where there is nothing (404). Throws for any other refusal. */
  async get(path: string): Promise<unknown> {
    const response = await fetch(`${this.#base}${path}`, { signal: AbortSignal.timeout(readMs) });
    if (response.status === 404) return undefined;
    const text = await response.text();
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text);
  }

  close(): void {
    this.#proxy?.kill();
    this.#proxy = undefined;
  }

  #all(args: readonly string[]): string[] {
    return ["--kubeconfig", this.#cluster.kubeconfig, "--context", this.#cluster.context, ...args];
  }
}

function readLines(child: ChildProcess, onLine: (line: string) => void): Promise<void> {
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
}
