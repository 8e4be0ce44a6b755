// Compares what the ZooKeeper server counted with what the processors say they sent. `cons` is the server's list of connections:
//  /10.244.0.7:41882[1](queued=0,recved=31,sent=31,sid=0x10000e5a0a50000,lop=PING,…)
// A processor counts every frame it hands to its socket, heartbeats among them, so over one session both numbers are the same.
import type { ServerCount } from "./verdict.ts";

/** What one processor says of itself, under the session that holds its read node. */
export interface ProcessorCount {
  readonly session: string;
  readonly events: number;
  /** All frames, heartbeats included. */
  readonly requests: number;
  readonly heartbeats: number;
}

/** What was seen at one instant: nothing was sent between the processors' answers before and after the server's. */
export interface CountSnapshot {
  /** Session id (0x and 16 hex digits) -> packets the server received. */
  readonly received: ReadonlyMap<string, number>;
  readonly processors: readonly ProcessorCount[];
}

export function parseCons(text: string): ReadonlyMap<string, number> {
  const received = new Map<string, number>();
  for (const [, packets, session] of text.matchAll(/recved=(\d+),.*?sid=(0x[0-9a-f]+)/g)) {
    if (packets !== undefined && session !== undefined) received.set(sessionName(session), Number(packets));
  }
  return received;
}

function sessionName(hex: string): string {
  return `0x${BigInt(hex).toString(16).padStart(16, "0")}`;
}

/** The snapshot, or undefined when a processor sent something while it was taken. */
export function snapshotOf(before: readonly ProcessorCount[], cons: string, after: readonly ProcessorCount[]): CountSnapshot | undefined {
  const same = before.every((b, i) => b.session === after[i]?.session && b.requests === after[i]?.requests);
  return same ? { received: parseCons(cons), processors: after } : undefined;
}

/**
 * The server's count between two snapshots. Throws when a session is missing at the server, was replaced, or when the server
 * counted something else than the processors sent: then neither number could be trusted.
 */
export function countBetween(from: CountSnapshot, to: CountSnapshot): ServerCount {
  let count: ServerCount = { events: 0, requests: 0, heartbeats: 0 };
  for (const [i, last] of to.processors.entries()) {
    const first = from.processors[i];
    const { session } = last;
    if (first?.session !== session) throw new Error("a processor's session was replaced");
    const received = receivedBy(to, session) - receivedBy(from, session);
    const sent = last.requests - first.requests;
    if (received !== sent) throw new Error(`session ${session} sent ${sent} packets and ZooKeeper received ${received}`);
    const heartbeats = last.heartbeats - first.heartbeats;
    count = {
      events: count.events + last.events - first.events,
      requests: count.requests + received - heartbeats,
      heartbeats: count.heartbeats + heartbeats,
    };
  }
  return count;
}

function receivedBy(snapshot: CountSnapshot, session: string): number {
  const received = snapshot.received.get(session);
  if (received === undefined) throw new Error(`ZooKeeper has no connection of session ${session}`);
  return received;
}
