// One replica of the controller: a process behind its links, that is started anew when it was killed.
import type { Cluster } from "../../dev/cluster/provider.ts";
import { messageOf } from "../../src/shared/errors.ts";
import { type ControllerProcess, startController } from "../e2e/support/controller-process.ts";
import { atExit } from "./exit.ts";
import { site } from "./layout.ts";
import type { Link } from "./link.ts";
import { now, type Timeline } from "./timeline.ts";

export interface Controller {
  readonly name: string;
  readonly zookeeper: Link;
  readonly api: Link;
  readonly isLeading: boolean;
  pause(): void;
  resume(): void;
  /** SIGKILL; nothing if it is dead already. */
  kill(): Promise<void>;
  /** A new process in its place, if it is dead. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface ControllerParts {
  readonly name: string;
  readonly namespace: string;
  readonly zookeeper: Link;
  readonly api: Link;
  /** With a kubeconfig that leads through `api`. */
  readonly cluster: Cluster;
  /** It keeps to the naive recipe. */
  readonly control: boolean;
  readonly timeline: Timeline;
}

const naive = import.meta.resolve("./naive/preload.ts");

export async function createController(parts: ControllerParts): Promise<Controller> {
  const { name, namespace, zookeeper, api, cluster, control, timeline } = parts;
  const start = () =>
    startController({
      cluster,
      namespace,
      name,
      zookeeper: zookeeper.connectString,
      sessionTimeoutSeconds: site.controllerSessionSeconds,
      pathGrants: [{ namespace, prefixes: [`/${namespace}`] }],
      ...(control ? { preload: naive } : {}),
    });
  let current: ControllerProcess = await start();
  let isDead = false;
  const forget = atExit(() => void current.kill().catch(() => {}));
  return {
    name,
    zookeeper,
    api,
    get isLeading() {
      return current.isLeading();
    },
    pause: () => current.pause(),
    resume: () => current.resume(),
    async kill() {
      if (!isDead) await current.kill();
      isDead = true;
    },
    async restart() {
      if (!isDead) return;
      isDead = false;
      current = await start();
      timeline.add(now(), `${name} was started anew`);
    },
    async close() {
      forget();
      await current.kill().catch((error: unknown) => console.error(messageOf(error)));
      await Promise.all([zookeeper.stop(), api.stop()]);
    },
  };
}
