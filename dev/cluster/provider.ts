// What every way of having a cluster offers: one that is built here, one by kind, one that was there already.
import type { StartProgress } from "../progress.ts";

export interface Cluster {
  readonly provider: "built" | "kind" | "context";
  /** Path of the kubeconfig. */
  readonly kubeconfig: string;
  readonly context: string;
  /** Path of a kubectl that fits. */
  readonly kubectl: string;
  /** Where Pods reach servers of this machine (those that listen there or on every address); undefined where they cannot. */
  readonly hostAddress: string | undefined;
  /** Brings an image to the nodes: a docker or OCI tar. The same file twice is no error. */
  loadImage(tar: string): Promise<void>;
  /**
   * Makes the node fall silent, as one that is lost: its containers go on, and nobody hears of them. Answers what makes it speak
   * again; until that is called the cluster is of no use to others. Throws for a cluster of the user's own.
   */
  silenceNode(): Promise<() => Promise<void>>;
}

export interface UpOptions {
  readonly start: StartProgress;
  readonly signal?: AbortSignal | undefined;
}

export interface Provider {
  readonly name: Cluster["provider"];
  /** The cluster if it is up; never starts or repairs anything. Quick. */
  find(): Promise<Cluster | undefined>;
  /** Makes it so that the cluster is up, whatever is left of an earlier start. */
  up(options: UpOptions): Promise<Cluster>;
  /** Removes the cluster and everything that was started for it; answers whether there was anything to remove. */
  down(options: UpOptions): Promise<boolean>;
  /** Lines for a person; undefined where there is nothing of this provider, not even leftovers. */
  status(): Promise<readonly string[] | undefined>;
}
