// The door to the development cluster for tests, the demo and the command line: whatever is up, or one that is started now.
//
// At most one cluster is chosen at a time. A cluster of the user's own is never chosen unless it is named.
import { type StartProgress, startProgress } from "../progress.ts";
import { builtProvider } from "./built/built.ts";
import { contextProvider } from "./context.ts";
import { kindObstacle, kindProvider } from "./kind.ts";
import { withLock } from "./lock.ts";
import type { Cluster, Provider, UpOptions } from "./provider.ts";

export type { Cluster } from "./provider.ts";

export interface ClusterOptions {
  /** Use this context of the user's kubeconfig, and start nothing. */
  readonly context?: string;
  /** Only this kind of cluster; else kind where Docker can run it, and a built one where it cannot. */
  readonly provider?: "kind" | "built";
  readonly signal?: AbortSignal;
}

/** Looked through in this order for what is up. */
const providers: readonly Provider[] = [contextProvider(), kindProvider, builtProvider];

/** The cluster that is up, or undefined. Starts and repairs nothing. */
export async function findCluster(): Promise<Cluster | undefined> {
  for (const provider of providers) {
    const found = await provider.find();
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The cluster that is up, or one that is started now; a half-failed start is cleaned away first.
 * Throws MissingPrerequisites before anything is started, and an error where another cluster than the wanted one is up.
 */
export async function ensureCluster(options: ClusterOptions = {}, start: StartProgress = startProgress): Promise<Cluster> {
  const found = await findCluster();
  if (found !== undefined && fits(found, options)) return found;
  return withLock({ start, signal: options.signal }, async () => {
    const now = await findCluster(); // started by whoever held the lock
    if (now !== undefined && fits(now, options)) return now;
    const up = { start, signal: options.signal };
    return (await choose(options, up)).up(up);
  });
}

/** Whether it is the wanted one. Throws where it is another, since two at a time would confuse every later command. */
function fits(found: Cluster, options: ClusterOptions): boolean {
  const wanted = options.context === undefined ? options.provider : "context";
  const same = wanted === undefined || wanted === found.provider;
  if (same && (options.context === undefined || options.context === found.context)) return true;
  throw new Error(`another cluster is in use: ${found.provider}, context ${found.context}. Run \`npm run cluster down\` first.`);
}

async function choose(options: ClusterOptions, up: UpOptions): Promise<Provider> {
  if (options.context !== undefined) return contextProvider(options.context);
  if (options.provider === "kind") return kindProvider;
  if (options.provider === "built") return builtProvider;
  const obstacle = await kindObstacle(up);
  if (obstacle === undefined) return kindProvider;
  up.start("choosing a provider").done(`built from Go modules, since ${obstacle}`);
  return builtProvider;
}

/** Removes every cluster that was started here, and forgets a chosen context. Answers whether there was anything. */
export function removeCluster(start: StartProgress = startProgress, signal?: AbortSignal): Promise<boolean> {
  return withLock({ start, signal }, async () => {
    let any = false;
    for (const provider of providers) any = (await provider.down({ start, signal })) || any;
    return any;
  });
}

/** Lines for a person about every cluster that there is, or none. */
export async function describeClusters(): Promise<readonly string[]> {
  const all = await Promise.all(providers.map((provider) => provider.status()));
  return all.flatMap((lines) => lines ?? []);
}
