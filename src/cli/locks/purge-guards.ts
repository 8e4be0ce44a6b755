// What a purge must never take for a lock path that nobody needs: a lock node itself, a run's node, a raised signal, a branch.
import { below, type LockView } from "../../locks/admin/look.ts";
import type { ShownNode } from "../../locks/admin/removal.ts";
import type { Dialect } from "../../protocol/dialects.ts";
import { parseSignal } from "../../protocol/node-data.ts";
import { parseRunNode } from "../../protocol/run-node.ts";
import { mapBounded } from "../../zookeeper/bounded.ts";
import type { Session } from "../../zookeeper/session.ts";
import { exitWith } from "../command-end.ts";
import type { Machine } from "../machine.ts";

/** Ends the command where the path itself is somebody's node. Throws ZooKeeperError. */
export async function requirePlainNode(session: Session, machine: Machine, { path, stat }: LockView, force: boolean): Promise<void> {
  const refuse = (why: string) => exitWith(machine, "refused", `${path} ${why}. Nothing was changed`);
  if (stat?.ephemeralOwner !== undefined) refuse(`is a session's own node (${stat.ephemeralOwner}): name the lock path above it`);
  if (stat === undefined || stat.dataLength === 0) return;
  const data = (await session.get(path))?.data ?? Buffer.alloc(0);
  const signal = parseSignal(data);
  if (signal.kind === "ours" && signal.owners.length > 0) refuse("is the signal of a window's run: delete its Job instead");
  const run = parseRunNode(data);
  if (run !== undefined)
    refuse(`is the lock of run ${run.runId} of ${run.window.namespace}/${run.window.name}: name the lock path above it`);
  if (!force) refuse(`holds ${data.length} bytes of data, so it may be more than a lock path: --force removes it all the same`);
}

/** Ends the command where lock nodes would be left: those of one dialect would be removed for nothing, since the path cannot go. */
export function requireAllOfIt(machine: Machine, { path, dialects }: LockView, dialect: Dialect | undefined): void {
  const others = dialects.filter((each) => each !== (dialect ?? dialects[0]));
  if (others.length === 0) return;
  const named = dialects.join(", ");
  const why = `nodes of ${named} stand here, and a purge removes those of one dialect: reset the others first, with locks write reset or locks read reset and --dialect`;
  exitWith(machine, "refused", `${path}: ${why}. Nothing was changed`);
}

/** The children that are no lock nodes; ends the command where one of them has children of its own. Throws ZooKeeperError. */
export async function strangers(session: Session, machine: Machine, { path, foreign }: LockView): Promise<readonly ShownNode[]> {
  const paths = foreign.map((child) => below(path, child.path));
  const stats = await mapBounded(paths, async (at) => ({ at, stat: await session.exists(at) }));
  const branch = stats.find(({ stat }) => (stat?.numChildren ?? 0) > 0);
  if (branch !== undefined)
    exitWith(
      machine,
      "refused",
      `${branch.at} has ${branch.stat?.numChildren} children: purge what stands below it first. Nothing was changed`,
    );
  return stats.flatMap(({ at, stat }) => (stat === undefined ? [] : [{ path: at, czxid: stat.czxid }]));
}
