// Opens a ZooKeeper session: the adapter over node-zookeeper-client that keeps the promises of session.ts. One session is one
// connection of the library, made for it and thrown away with it; its faults are repaired in connection.ts (the wire) and
// watchdog.ts (silence and time).
//
// Beyond the port: a call made while the connection is away fails at once with `ConnectionLoss` and was not carried out.
// An answer of undefined from `get` or `children` leaves no watch; only `exists` waits for a creation.
// Hand in the same function for the same watch every time: it is then held once, however often it is handed in.
import type { Clock } from "../shared/clock.ts";
import type { Log } from "../shared/log.ts";
import { type Access, anyone } from "./access.ts";
import type { NodeKind } from "./acls.ts";
import type { Watching } from "./calls.ts";
import { refusal } from "./errors.ts";
import type { DigestLogin } from "./login.ts";
import { upwards } from "./node-path.ts";
import { Requests } from "./requests.ts";
import { parseServers } from "./servers.ts";
import {
  type Mode,
  type Node,
  type Operation,
  type Session,
  type SessionState,
  type Stat,
  ZooKeeperError,
  type ZooKeeperErrorCode,
} from "./session.ts";
import { SessionLife } from "./session-life.ts";
import type { TlsFiles } from "./tls.ts";

/** How often createParents looks again when nodes vanish under its hands. */
const triesAtParents = 10;

export interface SessionOptions {
  /** "host:port,host:port" and, where the nodes live below one, "/chroot". */
  readonly servers: string;
  /** What is asked for; the server grants what its own limits allow. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** As whom to log in, before anything else on each connection. */
  readonly auth?: DigestLogin | undefined;
  /** Speak TLS, with what these files hold at each connection. */
  readonly tls?: TlsFiles | undefined;
  /** How long one server may take from the dial to the end of the handshake; default a third of `timeoutMs`. */
  readonly connectTimeoutMs?: number;
  /** How long any call may take; default `timeoutMs`. */
  readonly callTimeoutMs?: number;
  /** Who may touch the nodes that are created; default `creator` with credentials (anyone may read), `open` without. */
  readonly access?: Access;
  /** At least 0, less than 1: spreads reconnects and the order of the servers. */
  readonly random?: () => number;
  /** Gives up opening. */
  readonly signal?: AbortSignal;
}

/**
 * Asks each server once; the session has been granted, and its credentials taken, when this resolves.
 * Throws ZooKeeperError: `ConnectionLoss` where no server took it (the message says what each one did), `AuthFailed` for
 * credentials that are refused and for files that cannot be used, `InvalidPath` for `servers` that cannot be read, `SessionLost` where `signal` gave up.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { hosts, chroot } = parseServers(options.servers);
  const random = options.random ?? Math.random;
  const access = options.access ?? (options.auth === undefined ? { kind: "open" } : { kind: "creator", processors: [anyone] });
  const requests = new Requests(chroot, access);
  const life = new SessionLife({
    hosts: shuffled(hosts, random),
    timeoutMs: options.timeoutMs,
    attemptTimeoutMs: options.connectTimeoutMs ?? options.timeoutMs / 3,
    callTimeoutMs: options.callTimeoutMs ?? options.timeoutMs,
    clock: options.clock,
    log: options.log,
    random,
    login: options.auth,
    tls: options.tls,
    shown: (path) => requests.shown(path),
  });
  await life.open(options.signal);
  return new ClientSession(life, requests, new Requests("", access));
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

class ClientSession implements Session {
  readonly #life: SessionLife;
  readonly #requests: Requests;
  /** Without the chroot, which may have to be created itself. */
  readonly #outside: Requests;

  constructor(life: SessionLife, requests: Requests, outside: Requests) {
    this.#life = life;
    this.#requests = requests;
    this.#outside = outside;
  }

  get id(): string {
    return this.#life.id;
  }
  get timeoutMs(): number {
    return this.#life.timeoutMs;
  }
  get state(): SessionState {
    return this.#life.state;
  }
  get leaseEnd(): number {
    return this.#life.leaseEnd;
  }
  get sent(): Session["sent"] {
    return this.#life.sent;
  }
  onState(listener: (state: SessionState) => void): () => void {
    return this.#life.onState(listener);
  }

  async create(path: string, data: Buffer, mode: Mode): Promise<string> {
    return this.#life.ask(this.#requests.create(path, data, mode));
  }

  /** Looks before it creates, the longest path first: under a parent that is locked down, a create of what exists is refused. */
  async createParents(path: string, as?: "lock"): Promise<void> {
    for (let tries = 0; !(await this.#tryCreateParents(upwards(this.#requests.full(path)), as ?? "above")); tries += 1) {
      if (tries === triesAtParents)
        throw new ZooKeeperError("NoNode", `could not create ${path}: what is above it is removed again and again`, path);
    }
  }

  /** False where a node above vanished meanwhile (servers collect empty containers): look again. */
  async #tryCreateParents(paths: readonly string[], last: NodeKind): Promise<boolean> {
    for (const path of await this.#missing(paths)) {
      try {
        await this.#life.ask(this.#outside.createAbove(path, path === paths[0] ? last : "above"));
      } catch (error) {
        if (isRefusal(error, "NoNode")) return false;
        if (!isRefusal(error, "NodeExists")) throw error;
      }
    }
    return true;
  }

  /** Those before the first that is there, in the order in which they can be created. */
  async #missing(paths: readonly string[]): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const path of paths) {
      if ((await unlessAbsent(this.#life.ask(this.#outside.exists(path, false)))) !== undefined) break;
      missing.unshift(path);
    }
    return missing;
  }

  async get(path: string, watch?: () => void): Promise<Node | undefined> {
    return unlessAbsent(this.#life.ask(this.#requests.get(path, watch !== undefined), watching(watch, "data")));
  }

  async exists(path: string, watch?: () => void): Promise<Stat | undefined> {
    const request = this.#requests.exists(path, watch !== undefined);
    return unlessAbsent(this.#life.ask(request, watch && { call: watch, kind: "data", absent: "existence" }));
  }

  async children(path: string, watch?: () => void): Promise<readonly string[] | undefined> {
    return unlessAbsent(this.#life.ask(this.#requests.children(path, watch !== undefined), watching(watch, "children")));
  }

  async set(path: string, data: Buffer, version: number): Promise<Stat> {
    return this.#life.ask(this.#requests.set(path, data, version));
  }

  async remove(path: string, version: number): Promise<void> {
    await this.#life.ask(this.#requests.remove(path, version));
  }

  async transaction(operations: readonly Operation[]): Promise<readonly string[]> {
    const request = this.#requests.transaction(operations);
    const outcome = await this.#life.ask(request);
    if (outcome.kind === "done") return outcome.paths;
    const { operation, code } = outcome;
    throw refusal(code, `${request.what}, at operation ${operation}`, operations[operation]?.path, operation);
  }

  async sync(path: string): Promise<void> {
    await this.#life.ask(this.#requests.sync(path));
  }

  close(): Promise<void> {
    return this.#life.close();
  }
}

function watching(call: (() => void) | undefined, kind: Watching["kind"]): Watching | undefined {
  return call && { call, kind };
}

async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isRefusal(error, "NoNode")) return undefined;
    throw error;
  }
}

function isRefusal(error: unknown, code: ZooKeeperErrorCode): boolean {
  return error instanceof ZooKeeperError && error.code === code;
}
