// Makes a run's hold outlive its controller: from here on a dead controller or a lost session lets no processor in beside the Job.
//
// Each ephemeral write node is replaced by a persistent one of the same name, hence of the same place in the queue. Whoever waits
// for it is woken, finds the same name and waits on.
import { heldData, type RunIdentity, writeNodeData } from "../protocol/node-data.ts";
import { heldPath } from "../protocol/paths.ts";
import { commit, namesBelow } from "./commit.ts";
import type { Commit, LockLook, RunLook } from "./run-locks.ts";
import type { Operation, Session } from "./session.ts";
import { bumpFence, ensureFences, isJoined, join, seenSignals } from "./signals.ts";

/**
 * Promotes a run that the look saw queued, signalled and first on every path; of any other look it answers stale.
 * `nodes` of the answer are the names of the write nodes. Throws ZooKeeperError.
 */
export async function promoteRun(session: Session, run: RunIdentity, look: RunLook): Promise<Commit> {
  const obstacle = look.held.kind === "queued" ? firstObstacle(run, look) : `run ${run.runId} is not queued (${look.held.kind})`;
  if (obstacle !== undefined) return { kind: "stale", message: obstacle };
  const signals = seenSignals(look);
  await ensureFences(session, signals);
  const outcome = await commit(session, [
    ...signals.map(bumpFence),
    ...replace(heldPath(run.installation, run.runId), heldData(run)),
    ...look.locks.flatMap((lock) => lock.ownNodes.flatMap((name) => replace(`${lock.path}/${name}`, writeNodeData(run, lock.signalPath)))),
    ...signals.flatMap((seen) => join(seen, run, "persistent")),
  ]);
  if (outcome.kind === "stale") return outcome;
  return {
    kind: "done",
    nodes: namesBelow(
      look.locks.map((lock) => lock.path),
      outcome.created,
    ),
  };
}

function replace(path: string, data: Buffer): readonly Operation[] {
  return [
    { op: "check", path, version: -1 },
    { op: "remove", path, version: -1 },
    { op: "create", path, data, mode: "persistent" },
  ];
}

function firstObstacle(run: RunIdentity, look: RunLook): string | undefined {
  if (look.locks.length !== run.locks.length) return `the look saw ${look.locks.length} of ${run.locks.length} lock paths`;
  for (const lock of look.locks) {
    const obstacle = obstacleOn(run, lock);
    if (obstacle !== undefined) return obstacle;
  }
  return undefined;
}

function obstacleOn(run: RunIdentity, lock: LockLook): string | undefined {
  if (lock.problem !== undefined) return lock.problem;
  if (lock.node.kind === "absent") return `run ${run.runId} has no write node on ${lock.path}`;
  if (lock.aheadCount > 0) return `${lock.aheadCount} lock nodes are ahead of run ${run.runId} on ${lock.path}`;
  if (!isJoined(lock, run)) return `the signal ${lock.signalPath} does not stand for run ${run.runId}`;
  return undefined;
}

/** Raises again, to stay, the signals that a promoted run lost. One that is not ours is left alone. Throws ZooKeeperError. */
export async function raiseSignals(session: Session, run: RunIdentity, look: RunLook): Promise<Commit> {
  if (look.held.kind !== "promoted") return { kind: "stale", message: `run ${run.runId} is not promoted (${look.held.kind})` };
  const signals = seenSignals(look);
  const lost = signals.filter((seen) => seen.signal.kind !== "foreign" && !isJoined(seen, run));
  if (lost.length === 0) return { kind: "done" };
  await ensureFences(session, signals);
  const outcome = await commit(session, [
    ...signals.map(bumpFence),
    { op: "check", path: heldPath(run.installation, run.runId), version: -1 },
    ...lost.flatMap((seen) => join(seen, run, "persistent")),
  ]);
  return outcome.kind === "stale" ? outcome : { kind: "done" };
}
