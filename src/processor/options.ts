// What a processor says when it opens its gate, and what holds where it says nothing.
import { randomUUID } from "node:crypto";
import { networkInterfaces } from "node:os";
import { checkLocks, defaultSignalPath } from "../protocol/paths.ts";
import { type Clock, systemClock } from "../shared/clock.ts";
import { type Log, silentLog } from "../shared/log.ts";
import { parseServers } from "../zookeeper/servers.ts";
import type { TlsFiles } from "../zookeeper/tls.ts";

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
   * `any`: the gate lists the queue once each time it opens, and gives way to writers that raise no signal. `signalled`: it does
   * not, which is cheaper for thousands of processors on one path, and safe only while every writer raises the signal and nobody
   * deletes it by hand. Default `any`.
   */
  readonly writers?: "any" | "signalled";
  readonly log?: Log;
  readonly clock?: Clock;
  /** From 0 up to, not including, 1. Default Math.random. */
  readonly random?: () => number;
  /** A fresh canonical UUID at each call. Default node:crypto's. */
  readonly uuid?: () => string;
}

type MayBeLeftOut = "tls" | "auth";
export type GateSettings = Required<Omit<GateOptions, MayBeLeftOut>> & Pick<GateOptions, MayBeLeftOut>;

const longestOwner = 256;

/** Throws Error for options that can never work, ZooKeeperError where the servers cannot be read. */
export function settingsOf(options: GateOptions, environment: Readonly<Record<string, string | undefined>>): GateSettings {
  const settings: GateSettings = {
    signalPath: defaultSignalPath(options.lockPath),
    sessionTimeoutMs: 30_000,
    owner: environment.POD_IP || hostAddress(),
    writers: "any",
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

function problemOf({ zookeeper, lockPath, signalPath, sessionTimeoutMs, owner, tls }: GateSettings): string | undefined {
  parseServers(zookeeper);
  if (!Number.isInteger(sessionTimeoutMs) || sessionTimeoutMs < 1000) {
    return `sessionTimeoutMs is ${sessionTimeoutMs}: give whole milliseconds, 1000 or more`;
  }
  if (tls !== undefined && (tls.cert === undefined) !== (tls.key === undefined)) return "tls needs both cert and key, or neither of them";
  if (Buffer.byteLength(owner) > longestOwner) return `owner has ${Buffer.byteLength(owner)} bytes: at most ${longestOwner} are allowed`;
  return checkLocks([{ path: lockPath, signalPath }]);
}

/** The first IPv4 address that leads out of this host: what Curator writes into its nodes. */
function hostAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
