// A processor's gate on the ZooKeeper in memory and on a clock that only the test moves.

import { ProcessorGate } from "../../src/processor/gate.ts";
import type { GateOptions } from "../../src/processor/options.ts";
import type { GateState } from "../../src/processor/states.ts";
import { ZooKeeperError } from "../../src/zookeeper/session.ts";
import { lockP } from "./lock-world.ts";
import { type ManualClock, manualClock } from "./manual-clock.ts";
import { MemorySession } from "./memory-session.ts";
import { MemoryZooKeeper } from "./memory-zookeeper.ts";

export interface Opened {
  readonly zookeeper: MemoryZooKeeper;
  readonly gate: ProcessorGate;
  readonly clock: ManualClock;
  readonly states: GateState[];
  /** Another's session on the same tree. */
  readonly other: MemorySession;
  /** The gate's sessions, the present one last. */
  readonly sessions: MemorySession[];
  readonly settle: () => Promise<void>;
}

export interface Faults {
  /** How many times no session is granted. */
  refusals?: number;
  prepare?: (session: MemorySession, other: MemorySession) => void;
  before?: (other: MemorySession) => Promise<unknown>;
}

export async function aGate(options: Partial<GateOptions> = {}, faults: Faults = {}): Promise<Opened> {
  const zookeeper = new MemoryZooKeeper();
  const [clock, other, sessions, states] = [manualClock(), new MemorySession(zookeeper), [] as MemorySession[], [] as GateState[]];
  let refusals = faults.refusals ?? 0;
  await faults.before?.(other);
  const connect = async () => {
    if (refusals-- > 0) throw new ZooKeeperError("ConnectionLoss", "nobody answers");
    const session = new MemorySession(zookeeper);
    sessions.push(session);
    faults.prepare?.(session, other);
    return session;
  };
  const gate = await ProcessorGate.open(
    { zookeeper: "zk:2181", lockPath: lockP.path, owner: "10.0.0.1", clock, random: () => 0.5, ...options },
    connect,
  );
  gate.onState((state) => states.push(state));
  const settle = () => clock.advance(0);
  await settle();
  return { zookeeper, gate, clock, states, other, sessions, settle };
}

export const readNodes = ({ zookeeper }: Opened) =>
  zookeeper.childrenOf(zookeeper.tree, lockP.path).filter((name) => name.includes("__READ__"));
export const present = ({ sessions }: Opened) => {
  const session = sessions.at(-1);
  if (session === undefined) throw new Error("the gate has no session");
  return session;
};
/** An event that ends when it is told to. */
export function anEvent(gate: ProcessorGate) {
  let end: (answer: string) => void = () => undefined;
  const answer = gate.run(() => new Promise<string>((resolve) => (end = resolve)));
  return { answer, end: (text = "handled") => end(text) };
}
