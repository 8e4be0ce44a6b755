// Everything that must be there before the story can begin: a cluster, images, ZooKeeper, the controller, processors, a window.
// What is made is handed to `undo` as soon as it is there, so that a demo that fails halfway is cleaned up as well.
import { ensureCluster, findCluster, removeCluster } from "../dev/cluster/cluster.ts";
import type { Cluster } from "../dev/cluster/provider.ts";
import { buildImages } from "../dev/image/build.ts";
import { projectRoot } from "../dev/image/bundle.ts";
import type { BuiltImage } from "../dev/image/recipes.ts";
import { zooKeeperJars } from "../dev/zookeeper/jars.ts";
import { systemClock } from "../src/shared/clock.ts";
import { silentLog } from "../src/shared/log.ts";
import { openSession } from "../src/zookeeper/client.ts";
import type { Session } from "../src/zookeeper/session.ts";
import type { DemoArguments } from "./arguments.ts";
import { Kubectl } from "./kubectl.ts";
import { type DemoSettings, demoNamespace, demoWindow, namespace, processors } from "./manifests.ts";
import { writeOverlays } from "./overlay.ts";
import { controllerNamespace, definition, demoSelector, refuseForeign, windowsElsewhere } from "./ownership.ts";
import type { Phases } from "./phases.ts";
import type { Undo } from "./undo.ts";
import { clusterZooKeeper, type DemoZooKeeper, hostZooKeeper } from "./zookeeper.ts";

export interface Stage {
  readonly kubectl: Kubectl;
  readonly zookeeper: DemoZooKeeper;
  readonly session: Session;
  /** How the cluster goes away by hand; undefined where it is not the demo's. */
  readonly clusterEndingCommand: string | undefined;
}

export interface Preparation {
  readonly demo: DemoArguments;
  readonly phases: Phases;
  readonly undo: Undo;
  readonly signal: AbortSignal;
}

export const eventsPerSecond = 333;
const jobSeconds = 12;
const clusterWide = "clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings";
const apply = ["apply", "--server-side", "--force-conflicts", "--kustomize"] as const;

export async function setStage(preparation: Preparation): Promise<Stage> {
  const { phases, undo } = preparation;
  const { cluster, images } = await gather(preparation);
  const kubectl = new Kubectl(cluster);
  undo.add("kubectl proxy", async () => kubectl.close(), "always");
  await kubectl.open();
  await refuseForeign(kubectl);
  const tars = [...new Set(images.map((image) => image.tar))];
  const loading = phases.run("loading images into the cluster", () => Promise.all(tars.map((tar) => cluster.loadImage(tar))));
  const zookeeper = await both(loading, startServer(cluster, kubectl, preparation));
  await install(kubectl, zookeeper, images, preparation);
  const session = await openSession({
    servers: `${zookeeper.address}:${zookeeper.port}`,
    timeoutMs: 30_000,
    clock: systemClock,
    log: silentLog,
    signal: preparation.signal,
  });
  undo.add("the demo's own ZooKeeper session", () => session.close(), "always");
  return { kubectl, zookeeper, session, clusterEndingCommand: cluster.provider === "context" ? undefined : "npm run cluster down" };
}

/** What takes long and does not depend on one another. */
async function gather({ demo, phases, undo, signal }: Preparation): Promise<{ cluster: Cluster; images: readonly BuiltImage[] }> {
  const wasUp = (await findCluster()) !== undefined;
  const broken = new AbortController();
  const stopped = AbortSignal.any([signal, broken.signal]);
  const tasks = [
    phases.run("cluster", async () => {
      const cluster = await ensureCluster(
        { signal: stopped, ...(demo.context === undefined ? {} : { context: demo.context }) },
        phases.start,
      );
      if (!wasUp && cluster.provider !== "context")
        undo.add("the cluster", async () => void (await removeCluster(phases.start)), "cluster");
      return cluster;
    }),
    phases.run("images", (progress) => buildImages((text) => progress.update(text))),
    // A cluster of the user's own runs ZooKeeper itself where its Pods cannot reach this machine.
    demo.context !== undefined || phases.run("ZooKeeper's jars", (progress) => zooKeeperJars((text) => progress.update(text))),
  ] as const;
  for (const task of tasks) Promise.resolve(task).catch((error: unknown) => broken.abort(error));
  // Nothing may be cleaned up while a task still makes things.
  await Promise.allSettled(tasks);
  const [cluster, images] = await Promise.all(tasks);
  return { cluster, images };
}

async function startServer(cluster: Cluster, kubectl: Kubectl, { demo, phases, undo }: Preparation): Promise<DemoZooKeeper> {
  const { hostAddress } = cluster;
  const server = await phases.run("ZooKeeper", async (progress) => {
    if (hostAddress !== undefined) return hostZooKeeper(hostAddress, demo.keep, (text) => progress.update(text));
    const overlays = writeOverlays({ root: projectRoot, zookeeper: "", imageDigest: "" });
    try {
      return await clusterZooKeeper(kubectl, overlays.zookeeper);
    } finally {
      overlays.remove();
    }
  });
  undo.add("ZooKeeper", () => server.stop(), "unless kept");
  return server;
}

async function install(kubectl: Kubectl, zookeeper: DemoZooKeeper, images: readonly BuiltImage[], preparation: Preparation): Promise<void> {
  const { demo, phases, undo } = preparation;
  const settings: DemoSettings = {
    zookeeper: zookeeper.forPods,
    image: imageOf(images, "exclusive-window-event-processor").ref,
    stamp: new Date().toISOString(),
    control: demo.control,
    eventsPerSecond,
    jobSeconds,
    hour: (new Date().getUTCHours() + 12) % 24,
  };
  const imageDigest = imageOf(images, "exclusive-window").digest;
  const overlays = writeOverlays({ root: projectRoot, zookeeper: zookeeper.forPods, imageDigest });
  undo.add("temporary files", async () => overlays.remove(), "always");
  await phases.run("controller, processors and window", async (progress) => {
    const definitionWasThere = (await kubectl.run(["get", definition, "--ignore-not-found", "--output=name"])) !== "";
    undo.add("the window, the processors and the controller", () => removeObjects(kubectl, definitionWasThere), "unless the cluster goes");
    progress.update("applying");
    await both(kubectl.apply([demoNamespace(), processors(settings)]), kubectl.run([...apply, overlays.controller]));
    progress.update("window");
    await kubectl.run(["wait", "--for=condition=Established", definition, "--timeout=60s"]);
    await kubectl.apply([demoWindow(settings)]);
  });
}

/**
 * The window first, while the controller is there to let go of a run. The definition stays where it was there before, or serves
 * others by now: with it go all windows of the cluster.
 */
async function removeObjects(kubectl: Kubectl, definitionWasThere: boolean): Promise<void> {
  const rest = ["--ignore-not-found", "--timeout=120s"] as const;
  await kubectl.attempt(["--namespace", namespace, "delete", "exclusivewindows", "--all", "--timeout=60s"]);
  await kubectl.run(["delete", "namespace", namespace, controllerNamespace, ...rest]);
  await kubectl.run(["delete", clusterWide, "--selector", demoSelector, ...rest]);
  if (definitionWasThere || (await windowsElsewhere(kubectl)).length > 0) return;
  await kubectl.run(["delete", definition, ...rest]);
}

function imageOf(images: readonly BuiltImage[], name: string): BuiltImage {
  const image = images.find((candidate) => candidate.ref.startsWith(`${name}:`));
  if (image === undefined) throw new Error(`the image ${name} was not built`);
  return image;
}

/** Waits for both, also when one fails: whatever it made must be known before it is undone. */
async function both<T>(first: Promise<unknown>, second: Promise<T>): Promise<T> {
  await Promise.allSettled([first, second]);
  await first;
  return second;
}
