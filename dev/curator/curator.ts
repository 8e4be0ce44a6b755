// Unmodified Apache Curator in a JVM of its own, as a handle: CuratorLocks.java beside this file, run from its source.
//
// Promised: it is connected when `startCurator` resolves; it ends with the program that started it. Instants are the JVM's
// System.nanoTime(), nanoseconds; on Linux that and process.hrtime are the same CLOCK_MONOTONIC (`now` lets a test see it).
// Not promised: that a call is answered once the JVM was killed; it rejects.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { jarsOf } from "../zookeeper/jars.ts";
import { Line } from "./line.ts";

/** Of InterProcessReadWriteLock; InterProcessMutex; InterProcessSemaphoreMutex; InterProcessMultiLock, whose paths are joined by commas. */
export type CuratorLock = "read" | "write" | "mutex" | "semaphore" | "multi";
export type LockKind = "read" | "write";

export interface CuratorHold {
  /** Resolves with the instant after acquire() returned. */
  readonly held: Promise<bigint>;
  /** Whether acquire() had returned when this was asked. */
  isHeld(): Promise<boolean>;
  /** Releases what is held, and answers the instant before release() was called. */
  release(): Promise<bigint>;
  /** Asks for the write lock too, in the same thread, for that long. */
  upgrade(timeoutMs: number): Promise<boolean>;
  /** Takes the read lock too, in the same thread: from then on release() releases the write lock, and another one the read lock. */
  downgrade(): Promise<void>;
}

export interface RevocableHold extends CuratorHold {
  /** Resolves with the instant before release() was called: its owner does so when it is asked to by __REVOKE__ in its node. */
  readonly revoked: Promise<bigint>;
}

export interface HoldOptions {
  /** What the lock's node carries (of a read or write lock). */
  readonly data?: string;
  readonly namespace?: string;
}

export interface StormOptions {
  readonly threads: number;
  readonly restMs: number;
  readonly holdMs?: number;
}

export interface Span {
  /** A mutex of any sort is a write lock. */
  readonly kind: LockKind;
  readonly path?: string;
  readonly from: bigint;
  readonly to: bigint;
}

const program = join(import.meta.dirname, "CuratorLocks.java");
const logback = join(import.meta.dirname, "..", "zookeeper", "logback.xml");

export interface CuratorOptions {
  readonly connectString: string;
  /** Milliseconds, default 30 000. */
  readonly sessionTimeoutMs?: number;
  readonly progress?: (line: string) => void;
}

/** The directory of Curator's jars, as its example names them: one version for that and for what it is tested with. */
export function curatorJars(progress: (line: string) => void): Promise<string> {
  const pom = join(import.meta.dirname, "../../examples/java-curator/pom.xml");
  return jarsOf({ pom, artifact: "curator-recipes", program: "Apache Curator" }, progress);
}

/** Starts a JVM with one connected client. Throws with what the JVM wrote where it does not connect. */
export async function startCurator(options: CuratorOptions): Promise<Curator> {
  const jars = await curatorJars(options.progress ?? (() => undefined));
  const properties = [`-Dlogback.configurationFile=${logback}`, "-Dzookeeper.log.level=WARN"];
  const jvm = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", ...properties, "-cp", join(jars, "*")];
  const child = spawn("java", [...jvm, program, options.connectString, String(options.sessionTimeoutMs ?? 30_000)]);
  const line = new Line(child);
  const [session = "", address = ""] = (await line.ask("hello")).split(" ");
  return new Curator(line, session, address);
}

export class Curator {
  readonly #line: Line;
  /** As Session.id writes it: 0x and 16 hex digits. The first one, if it expired. */
  readonly session: string;
  /** What Curator writes into its nodes: this host's address. */
  readonly address: string;

  constructor(line: Line, session: string, address: string) {
    this.#line = line;
    this.session = session;
    this.address = address;
  }

  /** Takes the lock in a thread of its own. */
  acquire(kind: CuratorLock, path: string, options: HoldOptions = {}): CuratorHold {
    const words = Object.entries(options).map(([name, value]) => ` ${name}=${value}`);
    return this.#acquire(`${kind} ${path}${words.join("")}`).hold;
  }

  /** The same of a lock that others may revoke: its node has no data. */
  acquireRevocable(path: string, kind: LockKind | "mutex" = "read"): RevocableHold {
    const { hold, id } = this.#acquire(`${kind} ${path} revocable=yes`);
    const revoked = this.#line.ask(`revoked ${id}`).then(BigInt);
    revoked.catch(() => undefined); // who is never asked goes with the JVM
    return { ...hold, revoked };
  }

  #acquire(words: string): { readonly hold: CuratorHold; readonly id: string } {
    const { id, answer } = this.#line.send(`acquire ${words}`);
    const held = answer.then(BigInt);
    let granted = false;
    held.then(
      () => {
        granted = true;
      },
      () => undefined, // a lock that is never granted may go with the JVM
    );
    const isHeld = async () => {
      await this.now(); // what was told before this answer has been heard
      return granted;
    };
    const hold: CuratorHold = {
      held,
      isHeld,
      release: async () => BigInt(await this.#line.ask(`release ${id}`)),
      upgrade: async (timeoutMs) => (await this.#line.ask(`upgrade ${id} ${timeoutMs}`)) === "true",
      downgrade: async () => void (await this.#line.ask(`downgrade ${id}`)),
    };
    return { hold, id };
  }

  async now(): Promise<bigint> {
    return BigInt(await this.#line.ask("now"));
  }

  /** Writes __REVOKE__ into that node. */
  async revoke(node: string): Promise<void> {
    await this.#line.ask(`revoke ${node}`);
  }

  /** Its session ends as if the servers had said so; Curator opens another. */
  async expire(): Promise<void> {
    await this.#line.ask("expire");
  }

  /** The names that getParticipantNodes() of that lock answers, in its order. */
  async participants(kind: LockKind | "mutex", path: string): Promise<readonly string[]> {
    return wordsOf(await this.#line.ask(`participants ${kind} ${path}`));
  }

  /** What Curator sorts a child of that name by. The name holds no space. */
  sortKey(name: string, lock: "read-write" | "mutex" = "read-write"): Promise<string> {
    return this.#line.ask(`sort-key ${lock} ${name}`);
  }

  /** Threads that take the lock, hold it (half a millisecond), release it and rest, again and again until `calm`. */
  async storm(kind: CuratorLock, path: string, { threads, restMs, holdMs = 0.5 }: StormOptions): Promise<void> {
    await this.#line.ask(`storm ${kind} ${path} ${threads} ${restMs} ${holdMs * 1e6}`);
  }

  /** How often the storm has taken a lock. */
  async stormCount(): Promise<number> {
    return Number(await this.#line.ask("count"));
  }

  /** Ends the storm once each thread has released, and answers all that they held. */
  async calm(): Promise<readonly Span[]> {
    return wordsOf(await this.#line.ask("calm")).map((word) => {
      const [kind, path = "", from = "", to = ""] = word.split(",");
      return { kind: kind === "read" ? "read" : "write", path, from: BigInt(from), to: BigInt(to) };
    });
  }

  /** SIGKILL: the session is not closed, it has to expire. */
  kill(): Promise<void> {
    return this.#line.kill();
  }
}

function wordsOf(text: string): readonly string[] {
  return text === "" ? [] : text.split(" ");
}
