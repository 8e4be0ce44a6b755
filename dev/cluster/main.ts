// npm run cluster up|down|status
import { parseArgs } from "node:util";
import { MissingPrerequisites } from "../prerequisites.ts";
import { type Cluster, type ClusterOptions, describeClusters, ensureCluster, findCluster, removeCluster } from "./cluster.ts";

const usage = `usage: npm run cluster up                           start a cluster, or show the one that is up
       npm run cluster -- up --context NAME         use a cluster of yours, by its kubeconfig context
       npm run cluster -- up --provider kind|built  only this kind of cluster
       npm run cluster down                         remove what was started (never anything in a cluster of yours)
       npm run cluster status                       what is up, where, and its processes

Without options: a kind cluster where Docker and kind's node image are at hand; otherwise Kubernetes is built from its
Go modules (about ten minutes the first time, seconds after that) and runs on this machine itself, as root.

exit codes: 0 done (status: a cluster is up), 1 failed (status: none is up), 2 wrong usage, 3 something is missing on this machine`;

class UsageError extends Error {}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { positionals, values } = parse(args);
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const [command, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`one command at a time, not ${positionals.join(" ")}`);
  if (command !== "up" && (values.context ?? values.provider) !== undefined) throw new UsageError("--context and --provider belong to up");
  switch (command) {
    case "up":
      return up(optionsOf(values, signal));
    case "down":
      console.log((await removeCluster(undefined, signal)) ? "the cluster is removed" : "there was no cluster");
      return 0;
    case "status":
      return status();
    default:
      throw new UsageError(command === undefined ? "name a command" : `${command} is no command`);
  }
}

function parse(args: readonly string[]) {
  const options = { context: { type: "string" }, provider: { type: "string" }, help: { type: "boolean", short: "h" } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function optionsOf(values: { readonly context?: string; readonly provider?: string }, signal: AbortSignal): ClusterOptions {
  const { context, provider } = values;
  if (context !== undefined && provider !== undefined) throw new UsageError("--context and --provider exclude each other");
  if (provider !== undefined && provider !== "kind" && provider !== "built") throw new UsageError("--provider is kind or built");
  return { signal, ...(context === undefined ? {} : { context }), ...(provider === undefined ? {} : { provider }) };
}

async function up(options: ClusterOptions): Promise<number> {
  const before = await findCluster();
  const cluster = await ensureCluster(options);
  console.log(before === undefined ? "the cluster is up" : "the cluster is already up");
  console.log(directions(cluster));
  return 0;
}

function directions(cluster: Cluster): string {
  const host = cluster.hostAddress === undefined ? "" : `\n  Pods reach servers of this machine at ${cluster.hostAddress}`;
  return `  export KUBECONFIG=${cluster.kubeconfig}\n  ${cluster.kubectl} --context ${cluster.context} get pods -A${host}`;
}

async function status(): Promise<number> {
  const [lines, found] = await Promise.all([describeClusters(), findCluster()]);
  console.log(lines.length === 0 ? "no cluster is up (npm run cluster up)" : lines.join("\n"));
  return found === undefined ? 1 : 0;
}

function codeOf(error: unknown): number {
  if (error instanceof UsageError) return 2;
  return error instanceof MissingPrerequisites ? 3 : 1;
}

const stop = new AbortController();
let asked = 0;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    asked += 1;
    if (asked > 1) process.exit(1); // the next start repairs
    console.error("stopping (once more to stop at once)");
    stop.abort(new Error(`stopped by ${name}`));
  });
}
try {
  process.exitCode = await main(process.argv.slice(2), stop.signal);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) console.error(`\n${usage}`);
  process.exitCode = codeOf(error);
}
