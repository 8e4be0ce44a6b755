// Unmodified Apache Curator in a JVM of its own, as a handle: CuratorLocks.java beside this file, run from its source.
//
// Promised: it is connected when `startCurator` resolves; it ends with the program that started it. Instants are the JVM's
// System.nanoTime(), nanoseconds; on Linux that and process.hrtime are the same CLOCK_MONOTONIC (`now` lets a test see it).
// Not promised: that a call is answered once the JVM was killed; it rejects.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { jarsOf } from "../zookeeper/jars.ts";

export type LockKind = "read" | "write";

export interface CuratorHold {
  /** Resolves with the instant after acquire() returned. */
  readonly held: Promise<bigint>;
  /** Whether acquire() had returned when this was asked. */
  isHeld(): Promise<boolean>;
  /** Releases what is held, and answers the instant before release() was called. */
  release(): Promise<bigint>;
}

export interface Span {
  readonly kind: LockKind;
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

/** Starts a JVM with one connected client. Throws with what the JVM wrote where it does not connect. */
export async function startCurator(options: CuratorOptions): Promise<Curator> {
  const source = { pom: join(import.meta.dirname, "pom.xml"), artifact: "curator-recipes", program: "Apache Curator" };
  const jars = await jarsOf(source, options.progress ?? (() => undefined));
  const properties = [`-Dlogback.configurationFile=${logback}`, "-Dzookeeper.log.level=WARN"];
  const jvm = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", ...properties, "-cp", join(jars, "*")];
  const child = spawn("java", [...jvm, program, options.connectString, String(options.sessionTimeoutMs ?? 30_000)]);
  const line = new Line(child);
  const [session = "", address = ""] = (await line.ask("hello")).split(" ");
  return new Curator(line, session, address);
}

export class Curator {
  readonly #line: Line;
  /** As Session.id writes it: 0x and 16 hex digits. */
  readonly session: string;
  /** What Curator writes into its nodes: this host's address. */
  readonly address: string;

  constructor(line: Line, session: string, address: string) {
    this.#line = line;
    this.session = session;
    this.address = address;
  }

  /** Takes the lock in a thread of its own. */
  acquire(kind: LockKind, path: string): CuratorHold {
    const { id, answer } = this.#line.send(`acquire ${kind} ${path}`);
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
    return { held, isHeld, release: async () => BigInt(await this.#line.ask(`release ${id}`)) };
  }

  async now(): Promise<bigint> {
    return BigInt(await this.#line.ask("now"));
  }

  /** The names that getParticipantNodes() of the read or the write lock answers, in its order. */
  async participants(kind: LockKind, path: string): Promise<readonly string[]> {
    return wordsOf(await this.#line.ask(`participants ${kind} ${path}`));
  }

  /** What Curator sorts a child of that name by. The name holds no space. */
  sortKey(name: string): Promise<string> {
    return this.#line.ask(`sort-key ${name}`);
  }

  /** Threads that take the lock, release it and rest, again and again until `calm`. */
  async storm(kind: LockKind, path: string, { threads, restMs }: { readonly threads: number; readonly restMs: number }): Promise<void> {
    await this.#line.ask(`storm ${kind} ${path} ${threads} ${restMs}`);
  }

  /** How often the storm has taken the lock. */
  async stormCount(): Promise<number> {
    return Number(await this.#line.ask("count"));
  }

  /** Ends the storm once each thread has released, and answers all that they held. */
  async calm(): Promise<readonly Span[]> {
    return wordsOf(await this.#line.ask("calm")).map((word) => {
      const [kind, from = "", to = ""] = word.split(",");
      return { kind: kind === "write" ? "write" : "read", from: BigInt(from), to: BigInt(to) };
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

interface Question {
  answered(words: string): void;
  failed(error: Error): void;
}

/** Questions and answers, matched by their ids. */
class Line {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #open = new Map<string, Question>();
  readonly #gone: Promise<unknown>;
  #lastId = 0;
  #said = "";

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
    child.stdin.on("error", () => undefined); // the end of the process tells it
    createInterface({ input: child.stdout }).on("line", (line) => this.#hear(line));
    this.#gone = once(child, "close").catch(() => undefined);
    child.on("error", (cause) => this.#fail(new Error("cannot run java: install a Java development kit, 11 or later", { cause })));
    child.on("close", (code, signal) => this.#fail(new Error(`Curator's JVM ended (${code ?? signal}). It last wrote:\n${this.#said}`)));
  }

  ask(words: string): Promise<string> {
    return this.send(words).answer;
  }

  send(words: string): { readonly id: string; readonly answer: Promise<string> } {
    const id = String(++this.#lastId);
    const answer = new Promise<string>((answered, failed) => this.#open.set(id, { answered, failed }));
    this.#child.stdin.write(`${id} ${words}\n`);
    return { id, answer };
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#gone;
  }

  #hear(line: string): void {
    const [, id = "", outcome, words = ""] = /^(\d+) (ok|failed) ?(.*)$/.exec(line) ?? [];
    const question = this.#open.get(id);
    this.#open.delete(id);
    if (outcome === "ok") question?.answered(words);
    else question?.failed(new Error(`Curator: ${words || line}`));
  }

  #fail(error: Error): void {
    for (const question of this.#open.values()) question.failed(error);
    this.#open.clear();
  }
}
