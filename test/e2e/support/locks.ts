// The znodes of a lock path as a story sees them: by a session of its own, past the controller.
import { randomUUID } from "node:crypto";
import { parseLockNode, readNodePrefix, writeNodePrefix } from "../../../src/protocol/lock-nodes.ts";
import { defaultSignalPath, heldPath } from "../../../src/protocol/paths.ts";
import { readHolders } from "../../../src/zookeeper/holders.ts";
import type { Session, Stat } from "../../../src/zookeeper/session.ts";
import { until } from "./until.ts";

export interface Locks {
  /** A reader that only its own holder can make release: a read lock as Curator takes it. */
  readLock(lockPath: string, owner: string): Promise<{ release(): Promise<void> }>;
  /** The owners' texts of the read nodes on that path. */
  readers(lockPath: string): Promise<readonly string[]>;
  /** The nodes of the run that stand: "<path> persistent" or "<path> ephemeral". */
  standing(run: RunName, lockPath: string): Promise<readonly string[]>;
  /** Waits until the run's write node is gone from the lock path, and answers the very moment. */
  writeNodeGone(run: RunName, lockPath: string): Promise<void>;
}

export interface RunName {
  readonly id: string;
}

/** `installation`: whose runs they are. */
export function locksSeenBy(session: Session, installation: string): Locks {
  const ownNode = async ({ id }: RunName, lockPath: string) => {
    const names = (await session.children(lockPath)) ?? [];
    const name = names.find((child) => child.startsWith(writeNodePrefix(id)));
    return name === undefined ? undefined : `${lockPath}/${name}`;
  };
  return {
    async readLock(lockPath, owner) {
      await session.createParents(lockPath);
      const node = await session.create(`${lockPath}/${readNodePrefix(randomUUID())}`, Buffer.from(owner), "ephemeral-sequential");
      return { release: () => session.remove(node, -1) };
    },
    async readers(lockPath) {
      return (await readHolders(session, lockPath)).filter(({ kind }) => kind === "read").map(({ owner }) => owner);
    },
    async standing(run, lockPath) {
      const writers = ((await session.children(lockPath)) ?? []).filter((name) => parseLockNode(name).kind === "write");
      const paths = [...writers.map((name) => `${lockPath}/${name}`), defaultSignalPath(lockPath), heldPath(installation, run.id)];
      const stats = await Promise.all(paths.map(async (path) => ({ path, stat: await session.exists(path) })));
      return stats.flatMap(({ path, stat }) => (stat === undefined ? [] : [`${path} ${kindOf(stat)}`]));
    },
    async writeNodeGone(run, lockPath) {
      const node = await until(`the run ${run.id} has a write node`, () => ownNode(run, lockPath));
      for (;;) {
        const changed = Promise.withResolvers<void>();
        if ((await session.exists(node, changed.resolve)) === undefined) return;
        await changed.promise;
      }
    },
  };
}

function kindOf({ ephemeralOwner }: Stat): string {
  return ephemeralOwner === undefined ? "persistent" : "ephemeral";
}
