// Everything the nemesis plays with, set up and taken down: an ensemble of three, controllers and processors as processes behind
// links that can be broken, windows whose Jobs are real Pods, and sessions of our own past all links.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ensureCluster } from "../../dev/cluster/cluster.ts";
import type { Cluster } from "../../dev/cluster/provider.ts";
import { buildImages } from "../../dev/image/build.ts";
import type { StartProgress } from "../../dev/progress.ts";
import { type Ensemble, startEnsemble } from "../../dev/zookeeper/ensemble.ts";
import type { Kube } from "../../src/kube/kube.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { holdSession } from "../../src/zookeeper/session-holder.ts";
import { until } from "../e2e/support/until.ts";
import { createWindows, type StageWindows } from "../e2e/support/windows.ts";
import { kubeNamespace } from "../support/kube-namespace.ts";
import { type ApiServer, secondApiServer } from "./api-server.ts";
import { type Controller, createController } from "./controller.ts";
import { site, znodesOf } from "./layout.ts";
import { Link } from "./link.ts";
import { type PodsSeen, watchPods } from "./pods.ts";
import { type Processor, startProcessor } from "./processors.ts";
import { now, Timeline } from "./timeline.ts";

export interface Stage {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** The controllers keep to the naive recipe. */
  readonly control: boolean;
  readonly kube: Kube;
  readonly ensemble: Ensemble;
  /** For the controllers alone; undefined where there can be none, or none is wanted. */
  readonly apiServer: ApiServer | undefined;
  readonly controllers: readonly Controller[];
  readonly processors: readonly Processor[];
  /** Of each processor, by its name. */
  readonly links: ReadonlyMap<string, Link>;
  readonly pods: PodsSeen;
  readonly windows: StageWindows;
  readonly timeline: Timeline;
  /** Past all links. Throws while there is none. */
  session(): Session;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly seed: number;
  /** The controllers keep to the naive recipe. */
  readonly control: boolean;
  readonly restartsApiServer: boolean;
  readonly start: StartProgress;
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const undo: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await Promise.resolve(step()).catch((error: unknown) => console.error(error));
  };
  try {
    return { ...(await setUp(options, undo)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Undo = (() => Promise<void> | void)[];

async function setUp({ seed, control, restartsApiServer, start }: StageOptions, undo: Undo): Promise<Omit<Stage, "close">> {
  const cluster = await ensureCluster({}, start);
  const progress = start("nemesis: images, ZooKeeper, controllers, processors");
  const dir = mkdtempSync(join(tmpdir(), "exclusive-window-chaos-"));
  undo.push(() => rmSync(dir, { recursive: true, force: true }));
  const images = await buildImages((text) => progress.update(text));
  for (const tar of new Set(images.map((image) => image.tar))) await cluster.loadImage(tar);
  progress.update("an ensemble of three");
  const ensemble = await startEnsemble(3, { tickTimeMs: site.tickMs });
  undo.push(() => ensemble.stop());
  const { name: namespace, kube, remove } = await kubeNamespace();
  undo.push(remove);
  const timeline = new Timeline(now());
  const pods = watchPods(kube, namespace, timeline);
  undo.push(() => pods.stop());
  progress.update("an API server for the controllers");
  const apiServer = restartsApiServer ? await secondApiServer(cluster, dir) : undefined;
  if (apiServer !== undefined) undo.push(() => apiServer.kill());
  const admin = holdSession({ servers: ensemble.connectString, timeoutMs: 30_000, clock: systemClock, log: silentLog });
  undo.push(() => admin.close());
  const session = () => {
    const held = admin.current();
    if (held.kind === "session") return held.session;
    throw new Error(held.why);
  };
  progress.update("controllers");
  const controllers: Controller[] = [];
  for (const name of site.controllers) {
    const zookeeper = await Link.to(ensemble.servers);
    const api = await apiLink(cluster, apiServer, join(dir, `${name}.kubeconfig`));
    const parts = { name, namespace, zookeeper, api: api.link, cluster: { ...cluster, kubeconfig: api.kubeconfig }, control, timeline };
    const controller = await createController(parts);
    undo.push(() => controller.close());
    controllers.push(controller);
  }
  progress.update("windows and processors");
  const windows = createWindows(kube, namespace);
  await until("the stage's session is connected", () => session().state === "connected");
  for (const { path } of site.processors) await session().createParents(znodesOf(namespace, path).lock);
  const links = new Map<string, Link>();
  const processors: Processor[] = [];
  for (const [i, place] of site.processors.entries()) {
    const link = await Link.to(ensemble.servers);
    links.set(place.name, link);
    const { lock: lockPath, signal: signalPath } = znodesOf(namespace, place.path);
    const { mode, name: owner } = place;
    const settings = { zookeeper: link.connectString, lockPath, signalPath, mode, owner, sessionTimeoutMs: site.sessionMs, seed: seed + i };
    const processor = startProcessor(place, settings, timeline);
    undo.push(async () => {
      link.mend();
      await processor.close();
      await link.stop();
    });
    processors.push(processor);
  }
  await until("every processor works", () => processors.every(({ events }) => events.length > 0));
  progress.done();
  return { cluster, namespace, control, kube, ensemble, apiServer, controllers, processors, links, pods, windows, timeline, session };
}

/** A link to the API server and a kubeconfig that leads through it: its certificate names the address, not the port. */
async function apiLink(cluster: Cluster, server: ApiServer | undefined, file: string): Promise<{ link: Link; kubeconfig: string }> {
  const config = parse(readFileSync(cluster.kubeconfig, "utf8")) as KubeconfigFile;
  const name = config.contexts.find((context) => context.name === cluster.context)?.context.cluster;
  const entry = config.clusters.find((one) => one.name === name);
  if (entry === undefined) throw new Error(`${cluster.kubeconfig} has no cluster for the context ${cluster.context}`);
  const url = server?.url ?? new URL(entry.cluster.server);
  const link = await Link.to([{ address: url.hostname, port: Number(url.port || 443) }], url.hostname);
  entry.cluster.server = `https://${link.connectString}`;
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return { link, kubeconfig: file };
}

interface KubeconfigFile {
  readonly contexts: readonly { readonly name: string; readonly context: { readonly cluster: string } }[];
  readonly clusters: readonly { readonly name: string; readonly cluster: { server: string } }[];
}
