// What a processor says when it opens its gate, and what holds where it says nothing.
import { randomUUID } from "node:crypto";
import { networkInterfaces } from "node:os";
import { checkLocks, defaultSignalPath } from "../protocol/paths.ts";
import { type Clock, systemClock } from "../shared/clock.ts";
import { type Log, silentLog } from "../shared/log.ts";
import { parseServers } from "../zookeeper/servers.ts";
import type { TlsFiles } from "../zookeeper/tls.ts";
import type { GateObserver } from "./meter.ts";

export interface GateOptions {
  /** The servers, as `host:port`, comma separated; where the nodes live below one, followed by `/chroot`. */
  readonly zookeeper: string;
  /** The lock path of the window, as in its `spec.locks[].path`. */
  readonly lockPath: string;
  /** As in `spec.locks[].signalPath`. Default: the lock path followed by `-signal`. */
  readonly signalPath?: string;
  /** What to ask the servers for, in milliseconds; they may grant less or more. Default 30 000. */
  readonly sessionTimeoutMs?: number;
  /** Speak TLS with the servers. Paths of files in PEM, which are read anew at each connection. */
  readonly tls?: TlsFiles | undefined;
  /**
   * Log in to the servers with ZooKeeper's digest scheme: a file that holds `user:password`, read anew at each connection. The read
   * node is then this user's own, and anyone may read it. Default: nobody.
   */
  readonly auth?: { readonly digest: { readonly file: string } } | undefined;
  /** Written into the read node, so that people and the controller see whose it is. Default: the environment's POD_IP, or this host's address. */
  readonly owner?: string;
  /**
   * `any`: the gate lists the queue each time before it opens, and waits its turn behind writers that raise no signal. `signalled`: it does
   * not, which is cheaper for thousands of processors on one path, and safe only while every writer raises the signal and nobody
   * deletes it by hand. Default `any`.
   */
  readonly writers?: "any" | "signalled";
  /** How many events may be in flight at a time: run() and enter() wait, tryEnter() answers false. Default: any number. */
  readonly maxInFlight?: number;
  /**
   * How long events in flight may take to end once the gate drains, in milliseconds. After it the observer is told, and
   * `onDrainTimeout` says what becomes of the read lock. Default: any time; the window gives up by its own `drainTimeoutSeconds`.
   */
  readonly drainTimeoutMs?: number;
  /**
   * `hold`: the read lock is kept for them all the same. `release`: it is released under them, and the Job may run beside them: at
   * your own risk, and only where whatever they write to refuses an old fencing token. Default `hold`.
   */
  readonly onDrainTimeout?: "hold" | "release";
  /** Told of changes of state, pauses and drains as they happen. What is counted is in `gate.counters`. */
  readonly observer?: GateObserver;
  /** `<namespace>/<window>`, for logs. */
  readonly name?: string | undefined;
  readonly log?: Log;
  readonly clock?: Clock;
  /** From 0 up to, not including, 1. Default Math.random. */
  readonly random?: () => number;
  /** A fresh canonical UUID at each call. Default node:crypto's. */
  readonly uuid?: () => string;
}

type MayBeLeftOut = "tls" | "auth" | "name";
export type GateSettings = Required<Omit<GateOptions, MayBeLeftOut>> & Pick<GateOptions, MayBeLeftOut>;

const longestOwner = 256;

/** Throws Error for options that can never work, ZooKeeperError where the servers cannot be read. */
export function settingsOf(options: GateOptions, environment: Readonly<Record<string, string | undefined>>): GateSettings {
  const settings: GateSettings = {
    signalPath: defaultSignalPath(options.lockPath),
    sessionTimeoutMs: 30_000,
    owner: environment.POD_IP || hostAddress(),
    writers: "any",
    maxInFlight: Number.POSITIVE_INFINITY,
    drainTimeoutMs: Number.POSITIVE_INFINITY,
    onDrainTimeout: "hold",
    observer: {},
    log: silentLog,
    clock: systemClock,
    random: Math.random,
    uuid: randomUUID,
    ...options,
  };
  const problem = problemOf(settings);
  if (problem !== undefined) throw new Error(`the gate cannot be opened: ${problem}`);
  return settings;
}

function problemOf({ zookeeper, lockPath, signalPath, sessionTimeoutMs, owner, tls, ...limits }: GateSettings): string | undefined {
  parseServers(zookeeper);
  if (!Number.isInteger(sessionTimeoutMs) || sessionTimeoutMs < 1000) {
    return `sessionTimeoutMs is ${sessionTimeoutMs}: give whole milliseconds, 1000 or more`;
  }
  if (tls !== undefined && (tls.cert === undefined) !== (tls.key === undefined)) return "tls needs both cert and key, or neither of them";
  if (Buffer.byteLength(owner) > longestOwner) return `owner has ${Buffer.byteLength(owner)} bytes: at most ${longestOwner} are allowed`;
  if (signalPath === "") return 'signalPath is "": without a signal nobody would ask the gate to let go of the lock; name its path';
  return limitProblem(limits) ?? checkLocks([{ path: lockPath, signalPath }]);
}

function limitProblem({ maxInFlight, drainTimeoutMs }: Pick<GateSettings, "maxInFlight" | "drainTimeoutMs">): string | undefined {
  if (maxInFlight !== Number.POSITIVE_INFINITY && !(Number.isInteger(maxInFlight) && maxInFlight >= 1)) {
    return `maxInFlight is ${maxInFlight}: give a whole number from 1, or leave it out for no limit`;
  }
  if (!(drainTimeoutMs >= 1)) return `drainTimeoutMs is ${drainTimeoutMs}: give milliseconds, 1 or more, or leave it out for no limit`;
  return undefined;
}

/** The first IPv4 address that leads out of this host: what Curator writes into its nodes. */
function hostAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
