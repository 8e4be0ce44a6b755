// What all cells of the matrix share: the cluster, one ZooKeeper server whose log is read afterwards, and a session to look with.
import { ensureCluster } from "../../dev/cluster/cluster.ts";
import type { Cluster } from "../../dev/cluster/provider.ts";
import { buildImages } from "../../dev/image/build.ts";
import type { StartProgress } from "../../dev/progress.ts";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { openSession } from "../../src/zookeeper/client.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { openSite, type Site } from "../e2e/support/site.ts";
import { bundlePrograms, type Programs } from "./programs.ts";

export interface Ground {
  readonly cluster: Cluster;
  readonly zookeeper: ZooKeeperServer;
  readonly programs: Programs;
  /** A namespace of its own, without a controller. */
  site(): Promise<Site>;
  close(): Promise<void>;
}

export async function openGround(progress: StartProgress): Promise<Ground> {
  const cluster = await ensureCluster({}, progress);
  const { hostAddress } = cluster;
  if (hostAddress === undefined)
    throw new Error(`Pods of the ${cluster.provider} cluster cannot reach this machine: the matrix needs one that can`);
  const images = await buildImages(() => {});
  for (const tar of new Set(images.map((image) => image.tar))) await cluster.loadImage(tar);
  const programs = await bundlePrograms();
  const zookeeper = await startZooKeeper({ address: hostAddress });
  const session: Session = await openSession({ servers: zookeeper.connectString, timeoutMs: 60_000, clock: systemClock, log: silentLog });
  return {
    cluster,
    zookeeper,
    programs,
    site: () => openSite({ cluster, zookeeper: zookeeper.connectString, session }),
    async close() {
      await session.close();
      await zookeeper.stop();
      programs.remove();
    },
  };
}
