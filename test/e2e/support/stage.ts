// The stage of end-to-end stories: a real ZooKeeper that Pods and this process reach, and a namespace on the real cluster with a
// controller as a process of its own; event processors on the library. A story that fails prints what there is to see.
import { afterAll, beforeAll, beforeEach } from "vitest";
import { ensureCluster } from "../../../dev/cluster/cluster.ts";
import type { Cluster } from "../../../dev/cluster/provider.ts";
import { buildImages } from "../../../dev/image/build.ts";
import { silentProgress } from "../../../dev/progress.ts";
import { startZooKeeper, type ZooKeeperServer } from "../../../dev/zookeeper/server.ts";
import { systemClock } from "../../../src/shared/clock.ts";
import { silentLog } from "../../../src/shared/log.ts";
import { openSession } from "../../../src/zookeeper/client.ts";
import type { Session } from "../../../src/zookeeper/session.ts";
import { aCrowd, type Crowd } from "./crowd.ts";
import { explain } from "./explain.ts";
import type { RunName } from "./locks.ts";
import { openSite, type Site } from "./site.ts";
import { until } from "./until.ts";

export interface Stage extends Site {
  readonly cluster: Cluster;
  /** Where Pods reach this machine. */
  readonly hostAddress: string;
  readonly zookeeper: ZooKeeperServer;
  /** Event processors on the lock path of that story; resolves when all of them work. */
  crowd(story: string): Promise<Crowd>;
  /** What must hold once a run is over, as far as it can be told from outside. Waits until the processors work again. */
  verdict(run: RunName & { readonly jobName: string }, crowd: Crowd): Promise<Verdict>;
  /** One more namespace beside this one, with the same ZooKeeper and without a controller. */
  aside(): Promise<Site>;
  /** This one and those beside it. */
  readonly sites: readonly Site[];
  /** Another session with ZooKeeper. */
  session(digest?: string): Promise<Session>;
}

export interface Verdict {
  /** How many Pods of the Job worked. */
  readonly podsThatWorked: number;
  /** How many events touched the time in which one of them worked. */
  readonly eventsMeanwhile: number;
  /** The run's znodes that still stand. */
  readonly left: readonly string[];
}

/** One for the stories of a file, with a controller that leads. */
export function useStage(): () => Stage {
  let stage: (Stage & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    stage = await openStage();
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => void (stage && console.error(await explain(stage))));
  });
  afterAll(async () => stage?.close());
  return () => {
    if (stage === undefined) throw new Error("the stage is not set up");
    return stage;
  };
}

async function openStage(): Promise<Stage> {
  const cluster = await ensureCluster({}, silentProgress);
  const { hostAddress } = cluster;
  if (hostAddress === undefined)
    throw new Error(`Pods of the ${cluster.provider} cluster cannot reach this machine: these stories need one that can`);
  const [zookeeper] = await Promise.all([startZooKeeper({ address: hostAddress }), loadImages(cluster)]);
  const close: (() => Promise<void>)[] = [];
  const sites: Site[] = [];
  const session = async (digest?: string) => {
    const auth = digest === undefined ? {} : { auth: { scheme: "digest", credentials: digest } as const };
    const opened = await openSession({ servers: zookeeper.connectString, timeoutMs: 60_000, clock: systemClock, log: silentLog, ...auth });
    close.push(() => opened.close());
    return opened;
  };
  const parts = { cluster, zookeeper: zookeeper.connectString, session: await session() };
  const aside = async () => {
    const site = await openSite(parts);
    sites.push(site);
    close.push(() => site.close());
    return site;
  };
  const site = await aside();
  await site.controller();
  return {
    ...site,
    sites,
    cluster,
    hostAddress,
    zookeeper,
    session,
    aside,
    async crowd(story) {
      const crowd = await aCrowd({ zookeeper: zookeeper.connectString, lockPath: site.windows.lockPath(story) });
      close.push(() => crowd.close());
      await crowd.working();
      return crowd;
    },
    async verdict(run, crowd) {
      const intervals = await site.logs.intervals(run.jobName);
      await crowd.working();
      await until("the story's own session is connected", () => parts.session.state === "connected");
      const left = await site.locks.standing(run, crowd.lockPath);
      return { podsThatWorked: intervals.length, eventsMeanwhile: crowd.during(intervals), left };
    },
    async close() {
      await Promise.all(close.map((end) => end()));
      await zookeeper.stop();
    },
  };
}

async function loadImages(cluster: Cluster): Promise<void> {
  const images = await buildImages(() => {});
  for (const tar of new Set(images.map((image) => image.tar))) await cluster.loadImage(tar);
}
