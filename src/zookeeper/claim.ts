// One name, one cluster: an installation's name in ZooKeeper belongs to the cluster that used it first. The sweep releases what runs
// of its own installation left behind, and would take the runs of another cluster under the same name for such leftovers.
import { heldOf } from "../protocol/paths.ts";
import { type Session, ZooKeeperError } from "./session.ts";

export class InstallationTaken extends Error {
  constructor(installation: string, cluster: string) {
    super(
      `the installation ${JSON.stringify(installation)} belongs to another cluster (${cluster}) in this ZooKeeper: give this one a name of its own (installation in the configuration); if that cluster is gone for good, delete ${heldOf(installation)} once nothing stands below it`,
    );
    this.name = "InstallationTaken";
  }
}

/** Throws InstallationTaken, or ZooKeeperError. `cluster`: the uid of the cluster. */
export async function claimInstallation(session: Session, installation: string, cluster: string): Promise<void> {
  const path = heldOf(installation);
  await session.createParents(path);
  await session.sync(path);
  for (let owner = ""; owner !== cluster; ) {
    const node = await session.get(path);
    owner = node?.data.toString("utf8") ?? "";
    if (owner !== "" && owner !== cluster) throw new InstallationTaken(installation, owner.slice(0, 100));
    if (owner === "") await put(session, path, { cluster, version: node?.stat.version ?? 0 });
  }
}

/** Where somebody else was first, the next look says who. */
async function put(session: Session, path: string, { cluster, version }: { cluster: string; version: number }): Promise<void> {
  try {
    await session.set(path, Buffer.from(cluster, "utf8"), version);
  } catch (error) {
    if (!(error instanceof ZooKeeperError) || error.code !== "BadVersion") throw error;
  }
}
