// The gate sidecar: holds the read locks for its Pod, and tells the Pod's programs when they may work. Wires its parts.
//
// Promised: it answers from when it starts, whatever ZooKeeper does; while anything is unknown the answer is "closed".
// Not promised: that a lease outlives this process. Its session does, for its timeout, and so does the lock.
import { ProcessorGate } from "../processor/index.ts";
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import { Answers } from "./answers.ts";
import { Door } from "./door.ts";
import { GateFile } from "./gate-file.ts";
import { Hooks } from "./hooks.ts";
import { type GuardedLock, JointGate } from "./joint-gate.ts";
import { Leases } from "./leases.ts";
import { addressText, type ListenAddress } from "./listen-address.ts";
import { serve } from "./server.ts";
import type { SidecarSettings } from "./settings.ts";
import { type GateView, gateView } from "./view.ts";

export interface Sidecar {
  readonly address: ListenAddress;
  /** Lets no new work in, waits for the leases, releases the locks, and stops to answer. */
  close(): Promise<void>;
}

const mostLeases = 10_000;

/** Rejects for settings that can never work, an address that is taken, and a file of a predecessor that cannot be removed. */
export async function startSidecar(settings: SidecarSettings, clock: Clock, log: Log): Promise<Sidecar> {
  const file = new GateFile(settings.file, log);
  if (!file.remove()) throw new Error(`${settings.file} cannot be removed: it would tell others that the gate is open`);
  const locks = await openGates(settings, clock, log);
  const gate = new JointGate(locks);
  const hooks = new Hooks(settings.hooks, clock, log, () => JSON.stringify(present()));
  const door = new Door({ gate, file, hooks, clock, log });
  const leases = new Leases({ door, clock, log, most: mostLeases, drainTimeoutMs: settings.drainTimeoutMs });
  const { listen } = settings;
  const present = (): GateView =>
    gateView({ state: door.look(), since: door.since, window: settings.gate.name, locks, leases: leases.size });
  const answers = new Answers({ door, leases, locks, clock, present, viaSocket: listen.kind === "unix" });
  try {
    const server = await serve(listen, (request, response) => answers.answer(request, response), clock, log);
    log.info("the gate answers", { listen: addressText(server.address), locks: locks.map(({ path }) => path) });
    return {
      address: server.address,
      close: async () => {
        await door.close();
        await server.close();
      },
    };
  } catch (error) {
    await door.close();
    throw error;
  }
}

/** All or none: a gate that cannot be opened leaves no other one behind. */
async function openGates({ gate, owner, locks }: SidecarSettings, clock: Clock, log: Log): Promise<readonly GuardedLock[]> {
  const shared = { ...gate, ...(owner === undefined ? {} : { owner }), clock, log };
  const opened: GuardedLock[] = [];
  try {
    for (const { path, signalPath } of locks)
      opened.push({ path, signalPath, gate: await ProcessorGate.open({ ...shared, lockPath: path, signalPath }) });
  } catch (error) {
    await Promise.all(opened.map(({ gate }) => gate.close()));
    throw error;
  }
  return opened;
}
