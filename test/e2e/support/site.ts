// A namespace of its own on the cluster: the windows in it, what their Jobs say, and the controllers that look after it alone.

import { randomUUID } from "node:crypto";
import type { Cluster } from "../../../dev/cluster/provider.ts";
import { run } from "../../../dev/tools/command.ts";
import type { Kube } from "../../../src/kube/kube.ts";
import { messageOf } from "../../../src/shared/errors.ts";
import type { Session } from "../../../src/zookeeper/session.ts";
import { kubeNamespace } from "../../support/kube-namespace.ts";
import { type ControllerOptions, type ControllerProcess, startController } from "./controller-process.ts";
import { podSpec, signalFor } from "./job-scripts.ts";
import { type Locks, locksSeenBy } from "./locks.ts";
import { followLogs, type PodLogs } from "./pod-logs.ts";
import { until } from "./until.ts";
import { createWindows, type StageWindows } from "./windows.ts";

export interface Site {
  readonly namespace: string;
  readonly kube: Kube;
  readonly windows: StageWindows;
  readonly locks: Locks;
  readonly logs: PodLogs;
  readonly controllers: readonly ControllerProcess[];
  /** Starts one more controller for this namespace. */
  controller(name?: string, options?: Partial<ControllerOptions>): Promise<ControllerProcess>;
  /** Waits until one of the controllers leads. */
  leader(): Promise<ControllerProcess>;
  /** What it printed; throws with its error when it fails. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** `kubectl apply` of one object, answered as `kubectl` is. */
  apply(object: Readonly<Record<string, unknown>>): Promise<string>;
  /** Makes a Job whose Pod works until it is told (scripts.untilTold) end as said. */
  tell(pod: string, how: keyof typeof signalFor): Promise<void>;
  /** Runs a Pod that nobody holds back to its end: as long as a Pod of a Job would have needed to start. */
  timeForAPod(): Promise<void>;
  close(): Promise<void>;
}

export interface SiteParts {
  readonly cluster: Cluster;
  readonly zookeeper: string;
  /** The story's own look at ZooKeeper. */
  readonly session: Session;
}

export async function openSite({ cluster, zookeeper, session }: SiteParts): Promise<Site> {
  const { name: namespace, kube, remove } = await kubeNamespace();
  const controllers: ControllerProcess[] = [];
  const logs = followLogs(kube, namespace);
  const base = ["--kubeconfig", cluster.kubeconfig, "--context", cluster.context, "--namespace", namespace];
  const kubectl = (...args: readonly string[]) => run(cluster.kubectl, [...base, ...args]);
  const apply = (object: Readonly<Record<string, unknown>>) =>
    run(cluster.kubectl, [...base, "apply", "--filename", "-"], { input: JSON.stringify(object) });
  return {
    namespace,
    kube,
    controllers,
    logs,
    kubectl,
    apply,
    windows: createWindows(kube, namespace),
    locks: locksSeenBy(session, namespace),
    async controller(name = `controller-${controllers.length + 1}`, options = {}) {
      const pathGrants = [{ namespace, prefixes: [`/${namespace}`] }];
      const started = await startController({ cluster, namespace, name, zookeeper, pathGrants, ...options });
      controllers.push(started);
      return started;
    },
    leader: () => until("a controller leads", () => controllers.find((controller) => controller.isLeading())),
    tell: (pod, how) => kubectl("exec", pod, "--", "node", "-e", `process.kill(1, "${signalFor[how]}")`).then(() => {}, diedWithIt),
    async timeForAPod() {
      const name = `witness-${randomUUID().slice(0, 6)}`;
      await apply({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec: podSpec("") });
      await kubectl("wait", `pod/${name}`, "--for", "jsonpath={.status.phase}=Succeeded", "--timeout", "180s");
    },
    async close() {
      logs.stop();
      await Promise.all(controllers.map((controller) => controller.kill()));
      await remove();
    },
  };
}

/** Who brings the word is in the container too, and may be killed with it; that the word arrived shows in what the Job does. */
function diedWithIt(error: unknown): void {
  if (!messageOf(error).includes("exit code 137")) throw error;
}
