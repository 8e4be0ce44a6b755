// One ZooKeeper server for development and tests, as a handle.
// Promised: it answers when `startZooKeeper` resolves; it keeps port and data over `restart`; unless detached it ends with
// the program that started it. Not promised: durability (forceSync is off, for speed).
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fourLetterWord } from "./four-letter-word.ts";
import { freePort } from "./free-port.ts";
import { zooKeeperJars } from "./jars.ts";
import { isGoneWithin, isRunning, logTail, signalServer, spawnServer } from "./server-process.ts";

export interface ZooKeeperOptions {
  /** Where it listens; default 127.0.0.1. */
  readonly address?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Configuration, data and log; default a directory of its own that `stop` removes. */
  readonly dir?: string;
  /** Milliseconds, default 500: sessions may last from 2 ticks to 60 seconds. */
  readonly tickTimeMs?: number;
  /** Outlives the caller; found again with `findZooKeeper(dir)`. */
  readonly detached?: boolean;
  /** More lines of zoo.cfg. */
  readonly config?: Readonly<Record<string, string | number>>;
  readonly systemProperties?: Readonly<Record<string, string>>;
  readonly progress?: (line: string) => void;
}

export interface ZooKeeperServer {
  readonly address: string;
  readonly port: number;
  /** "address:port" */
  readonly connectString: string;
  readonly pid: number;
  readonly dir: string;
  /** Ends it, paused or not, and removes its directory if it was made for it. */
  stop(): Promise<void>;
  /** Sends the signal (default SIGKILL) and waits until the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  pause(): void;
  resume(): void;
  /** On the same port and data, killed first if it still runs; resolves when it answers again. */
  restart(): Promise<void>;
  fourLetterWord(word: string): Promise<string>;
  /** Whether the process is there; it may be paused. */
  isRunning(): boolean;
}

/** What server.json holds: enough to find, stop and restart the server from another program. */
interface Facts {
  readonly address: string;
  readonly port: number;
  readonly dir: string;
  readonly ownDir: boolean;
  readonly detached: boolean;
  readonly jars: string;
  readonly systemProperties: Readonly<Record<string, string>>;
}

const startDeadlineMs = 120_000;

/** Starts one server and waits until it answers. Throws with the tail of its log where it does not, or what to install. */
export async function startZooKeeper(options: ZooKeeperOptions = {}): Promise<ZooKeeperServer> {
  const server = await launchZooKeeper(options);
  await server.ready();
  return server;
}

/** The same without the wait: the members of an ensemble answer only once most of them run. */
export async function launchZooKeeper(options: ZooKeeperOptions): Promise<RunningServer> {
  const address = options.address ?? "127.0.0.1";
  const facts: Facts = {
    address,
    port: options.port ?? (await freePort(address)),
    dir: options.dir ?? mkdtempSync(join(tmpdir(), "zookeeper-")),
    ownDir: options.dir === undefined,
    detached: options.detached ?? false,
    jars: await zooKeeperJars(options.progress ?? (() => undefined)),
    systemProperties: options.systemProperties ?? {},
  };
  mkdirSync(facts.dir, { recursive: true });
  writeFileSync(join(facts.dir, "zoo.cfg"), configuration(facts, options));
  const server = new RunningServer(facts, await spawnServer(facts));
  server.remember();
  return server;
}

/** The server that was started with this directory, if its process is still there. */
export function findZooKeeper(dir: string): ZooKeeperServer | undefined {
  const stored = readStored(join(dir, "server.json"));
  return stored !== undefined && isRunning(stored.pid, dir) ? new RunningServer(stored.facts, stored.pid) : undefined;
}

interface Stored {
  readonly facts: Facts;
  readonly pid: number;
}

function readStored(file: string): Stored | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Stored) : undefined;
}

function configuration(facts: Facts, options: ZooKeeperOptions): string {
  const lines = {
    tickTime: options.tickTimeMs ?? 500,
    initLimit: 20,
    syncLimit: 10,
    maxSessionTimeout: 60_000,
    dataDir: join(facts.dir, "data"),
    clientPort: facts.port,
    clientPortAddress: facts.address,
    maxClientCnxns: 0,
    "4lw.commands.whitelist": "*",
    "admin.enableServer": false,
    forceSync: "no",
    ...options.config,
  };
  return `${Object.entries(lines)
    .map(([key, value]) => `${key}=${value}`)
    .join("\n")}\n`;
}

class RunningServer implements ZooKeeperServer {
  readonly #facts: Facts;
  #pid: number;
  readonly #endWithProgram = () => this.#signal("SIGKILL");

  constructor(facts: Facts, pid: number) {
    this.#facts = facts;
    this.#pid = pid;
    if (!facts.detached) process.once("exit", this.#endWithProgram);
  }

  get address(): string {
    return this.#facts.address;
  }
  get port(): number {
    return this.#facts.port;
  }
  get connectString(): string {
    return `${this.address}:${this.port}`;
  }
  get pid(): number {
    return this.#pid;
  }
  get dir(): string {
    return this.#facts.dir;
  }

  async stop(): Promise<void> {
    process.removeListener("exit", this.#endWithProgram);
    this.resume(); // a paused process never sees SIGTERM
    this.#signal("SIGTERM");
    if (!(await isGoneWithin(this.#pid, 5_000))) await this.kill();
    if (this.#facts.ownDir) rmSync(this.dir, { recursive: true, force: true });
    else rmSync(join(this.dir, "server.json"), { force: true });
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.#signal(signal);
    if (!(await isGoneWithin(this.#pid, 30_000))) throw new Error(`ZooKeeper (pid ${this.#pid}) is still there 30 s after ${signal}`);
  }

  pause(): void {
    this.#signal("SIGSTOP");
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  async restart(): Promise<void> {
    if (this.isRunning()) await this.kill();
    this.#pid = await spawnServer(this.#facts);
    this.remember();
    await this.ready();
  }

  fourLetterWord(word: string): Promise<string> {
    return fourLetterWord(this, word);
  }

  isRunning(): boolean {
    return isRunning(this.#pid, this.dir);
  }

  /** Waits until it serves; ends it and throws with the tail of its log where it does not. */
  async ready(): Promise<void> {
    for (const end = performance.now() + startDeadlineMs; performance.now() < end; await pause(50)) {
      if (await this.#serves()) return;
      if (!this.isRunning()) break;
    }
    const said = logTail(this.dir);
    await this.stop();
    throw new Error(`ZooKeeper did not start at ${this.connectString}. It last wrote:\n${said}`);
  }

  remember(): void {
    const stored: Stored = { facts: this.#facts, pid: this.#pid };
    writeFileSync(join(this.dir, "server.json"), JSON.stringify(stored));
  }

  /** Asks for the directory too: another server may sit on the port, and ours be about to fail. */
  async #serves(): Promise<boolean> {
    const ask = (word: string) => this.fourLetterWord(word).catch(() => "");
    return (await ask("srvr")).includes("Mode: ") && (await ask("conf")).includes(join(this.dir, "data"));
  }

  #signal(signal: NodeJS.Signals): void {
    signalServer(this.#pid, this.dir, signal);
  }
}
