// Takes a run's place in the queue, on all its paths or on none.
//
// One transaction removes what the run left there, raises or joins every signal, queues a write node on every path and says so
// below `_held`. It is all ephemeral: a controller that dies before promotion lets the processors go on. A run that lost part of
// its place queues anew everywhere. Raising the signal alone would leave a processor that slipped in behind the write node, and
// queueing on one path alone would let two windows wait for each other.
import { writeNodePrefix } from "../protocol/lock-nodes.ts";
import { heldData, type RunIdentity, writeNodeData } from "../protocol/node-data.ts";
import { heldOf, heldPath } from "../protocol/paths.ts";
import { commit, namesBelow } from "./commit.ts";
import { ensureLockPaths } from "./lock-paths.ts";
import type { Commit, RunLook } from "./run-locks.ts";
import type { Operation, Session } from "./session.ts";
import { bumpFence, ensureFences, join, seenSignals } from "./signals.ts";

/**
 * Queues the run, or queues it anew. `nodes` of the answer are the names of the write nodes.
 * Throws ZooKeeperError; and Error for a promoted run, whose place is never given up.
 */
export async function queueRun(session: Session, run: RunIdentity, look: RunLook): Promise<Commit> {
  if (look.held.kind === "promoted") throw new Error(`run ${run.runId} is promoted: its place in the queue is not given up`);
  const problem = look.locks.find((lock) => lock.problem !== undefined)?.problem;
  if (problem !== undefined) return { kind: "stale", message: problem };
  const signals = seenSignals(look);
  for (const { signal } of signals) if (signal.kind === "foreign") return { kind: "stale", message: signal.message };
  await ensureFences(session, signals);
  await session.createParents(heldOf(run.installation));
  await ensureLockPaths(session, run.locks);
  const outcome = await commit(session, [
    ...signals.map(bumpFence),
    ...leftovers(run, look),
    ...signals.flatMap((seen) => join(seen, run, "ephemeral")),
    ...run.locks.map((lock) => writeNode(run, lock)),
    { op: "create", path: heldPath(run.installation, run.runId), data: heldData(run), mode: "ephemeral" },
  ]);
  if (outcome.kind === "stale") return outcome;
  return {
    kind: "done",
    nodes: namesBelow(
      run.locks.map((lock) => lock.path),
      outcome.created,
    ),
  };
}

function writeNode(run: RunIdentity, lock: RunIdentity["locks"][number]): Operation {
  const path = `${lock.path}/${writeNodePrefix(run.runId)}`;
  return { op: "create", path, data: writeNodeData(run, lock.signalPath), mode: "ephemeral-sequential" };
}

/** Removes every node of the run that the look saw; each removal fails if the node is gone. */
export function leftovers(run: RunIdentity, look: RunLook): readonly Operation[] {
  const paths = look.locks.flatMap((lock) => lock.ownNodes.map((name) => `${lock.path}/${name}`));
  if (look.held.kind !== "absent") paths.push(heldPath(run.installation, run.runId));
  return paths.map((path) => ({ op: "remove", path, version: -1 }));
}
