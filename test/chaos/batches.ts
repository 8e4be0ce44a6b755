// A processor without a gate: Curator's read lock, taken and released around each batch of events, and no look at the signal.
// Promised: it is a correct reader. It starts an event only while it holds its node, nothing that writes was before it when it
// listed the queue, and its session's lease has not run out.
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { readNodePrefix, sortLockNodes } from "../../src/protocol/lock-nodes.ts";
import { readerGrant } from "../../src/protocol/lock-order.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { openSession } from "../../src/zookeeper/client.ts";
import type { Session } from "../../src/zookeeper/session.ts";

export interface BatchSettings {
  readonly zookeeper: string;
  readonly lockPath: string;
  readonly owner: string;
  readonly sessionTimeoutMs: number;
}

export interface BatchWork {
  event(asked: bigint): Promise<void>;
  now(): bigint;
  say(state: string): void;
}

const EVENTS = 5;
const BETWEEN_MS = 200;
const AGAIN_MS = 500;

export async function workInBatches(settings: BatchSettings, work: BatchWork, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const session = await open(settings, stop);
    while (session !== undefined && !stop.aborted && session.state !== "lost") {
      await batch(session, settings, work).catch(() => pause(AGAIN_MS));
      await pause(BETWEEN_MS);
    }
    await session?.close();
    if (session === undefined) await pause(AGAIN_MS);
  }
}

function open({ zookeeper: servers, sessionTimeoutMs: timeoutMs }: BatchSettings, signal: AbortSignal): Promise<Session | undefined> {
  return openSession({ servers, timeoutMs, clock: systemClock, log: silentLog, signal }).catch(() => undefined);
}

async function batch(session: Session, { lockPath, owner }: BatchSettings, work: BatchWork): Promise<void> {
  const prefix = readNodePrefix(randomUUID());
  try {
    await session.createParents(lockPath);
    const node = await session.create(`${lockPath}/${prefix}`, Buffer.from(owner), "ephemeral-sequential");
    if (!(await granted(session, lockPath, node))) return;
    work.say("open");
    for (let i = 0; i < EVENTS; i += 1) {
      const asked = work.now();
      if (session.state !== "connected" || systemClock.monotonic() >= session.leaseEnd) break;
      await work.event(asked);
    }
  } finally {
    work.say("paused");
    await release(session, lockPath, prefix);
  }
}

/** Waits for the writers before the node. False: the node is gone, or the session. */
async function granted(session: Session, lockPath: string, node: string): Promise<boolean> {
  while (session.state === "connected") {
    const grant = readerGrant(sortLockNodes((await session.children(lockPath)) ?? []), node.slice(lockPath.length + 1));
    if (grant.kind !== "waiting") return grant.kind === "held";
    const gone = Promise.withResolvers<void>();
    const last = await session.exists(`${lockPath}/${grant.ahead.at(-1)?.name}`, gone.resolve);
    if (last !== undefined) await gone.promise;
  }
  return false;
}

/** By the prefix: the answer to the create may have been lost. */
async function release(session: Session, lockPath: string, prefix: string): Promise<void> {
  while (session.state !== "lost") {
    try {
      const names = (await session.children(lockPath)) ?? [];
      for (const name of names.filter((child) => child.startsWith(prefix))) await session.remove(`${lockPath}/${name}`, -1);
      return;
    } catch {
      await pause(AGAIN_MS);
    }
  }
}
