// Translates what ZooKeeper showed of a run into the machine's own words. Pure.
import type { RunIdentity } from "../protocol/node-data.ts";
import type { LockFacts, LocksFacts } from "../window/observed.ts";
import { revokeMessage } from "../zookeeper/revoke.ts";
import type { LockHolder, LockLook, Rival, RunLook } from "../zookeeper/run-locks.ts";

export function lockFactsOf(look: RunLook, identity: RunIdentity): LocksFacts {
  return {
    kind: "locks",
    held: look.held.kind,
    locks: look.locks.map((lock) => factsOf(lock, identity)),
    exclusiveElsewhere: exclusiveElsewhere(look.rivals, identity),
  };
}

function factsOf(lock: LockLook, identity: RunIdentity): LockFacts {
  const { node } = lock;
  return {
    path: lock.path,
    signalPath: lock.signalPath,
    node: node.kind,
    nodeName: node.kind === "absent" ? undefined : node.name,
    czxid: node.kind === "promoted" ? node.czxid.toString() : undefined,
    signal: signalOf(lock, identity),
    ahead: lock.aheadCount,
    writerAhead: lock.writersAheadOfOthers,
    holders: lock.ahead.map(holderText),
    vanished: lock.vanished,
    problem: lock.problem,
  };
}

function signalOf({ signal, signalPath }: LockLook, { runId, installation }: RunIdentity): LockFacts["signal"] {
  if (signalPath === "") return "not used";
  if (signal.kind === "none") return "absent";
  if (signal.kind === "foreign") return "foreign";
  const ours = signal.owners.some((owner) => owner.runId === runId && owner.installation === installation);
  if (!ours) return "without us";
  return signal.persistent ? "ours for good" : "ours";
}

export function holderText({ name, kind, owner }: LockHolder): string {
  if (owner === revokeMessage) return `${kind} ${name} (revoked)`;
  return owner === "" ? `${kind} ${name}` : `${kind} lock of ${owner}`;
}

/**
 * Another run that holds its write locks on a path of ours. It is not waited for where all our paths are among its own: then
 * queueing pauses nobody who is not paused already.
 */
function exclusiveElsewhere(rivals: readonly Rival[], { locks }: RunIdentity): string | undefined {
  const paths = locks.map((lock) => lock.path);
  const rival = rivals.find(
    (r) => r.exclusive && paths.some((path) => r.paths.includes(path)) && !paths.every((path) => r.paths.includes(path)),
  );
  if (rival === undefined) return undefined;
  return rival.window === undefined ? `run ${rival.runId}` : `window ${rival.window.namespace}/${rival.window.name}`;
}
