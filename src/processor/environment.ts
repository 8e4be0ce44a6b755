// What the environment of a processor says of its gate: the one reading of EXCLUSIVE_WINDOW_… for the library and for the sidecar.
//
// Promised: every problem is named at once, with its variable and value and what to do; no file is read here.
import { checkLocks, defaultSignalPath, type LockPaths } from "../protocol/paths.ts";
import { messageOf } from "../shared/errors.ts";
import { parseServers } from "../zookeeper/servers.ts";
import type { TlsFiles } from "../zookeeper/tls.ts";
import type { GateOptions } from "./options.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Options that all gates of one process share. */
export type SharedOptions = Pick<GateOptions, "zookeeper" | "sessionTimeoutMs" | "writers" | "tls" | "auth" | "name">;

export type GateEnvironment =
  | { readonly kind: "gates"; readonly shared: SharedOptions; readonly locks: readonly LockPaths[] }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

const prefix = "EXCLUSIVE_WINDOW_";

/** Up to `mostLocks` locks. What `given` has is not looked for. */
export function readEnvironment(env: Environment, mostLocks: number, given: Partial<GateOptions> = {}): GateEnvironment {
  const problems: string[] = [];
  const read = new Reader(env, problems);
  const locks = given.lockPath === undefined ? locksOf(read, mostLocks) : [];
  const timeoutMs = given.sessionTimeoutMs ?? sessionTimeoutOf(read);
  const shared: SharedOptions = {
    zookeeper: given.zookeeper ?? serversOf(read),
    writers: given.writers ?? writersOf(read),
    tls: given.tls ?? tlsOf(read),
    auth: given.auth ?? authOf(read),
    name: given.name ?? read.text("NAME"),
    ...(timeoutMs === undefined ? {} : { sessionTimeoutMs: timeoutMs }),
  };
  return problems.length > 0 ? { kind: "problems", problems } : { kind: "gates", shared, locks };
}

/** The options of the library's one gate. Throws Error with every problem. */
export function optionsFrom(env: Environment, given: Partial<GateOptions>): GateOptions {
  const overrides = withoutUndefined(given);
  const found = readEnvironment(env, 1, overrides);
  if (found.kind === "problems") throw new Error(`the gate cannot be opened: ${found.problems.join("; ")}`);
  const [lock] = found.locks;
  const lockPath = overrides.lockPath ?? lock?.path ?? "";
  const signalPath = lock?.signalPath ?? defaultSignalPath(lockPath);
  return { ...found.shared, lockPath, signalPath, ...overrides };
}

/** `{ tls: undefined }` is nothing that was said: it must not take away what the environment says. */
function withoutUndefined(options: Partial<GateOptions>): Partial<GateOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

class Reader {
  readonly #env: Environment;
  readonly #problems: string[];

  constructor(env: Environment, problems: string[]) {
    this.#env = env;
    this.#problems = problems;
  }

  /** Undefined where it is not set, or is empty. */
  text(name: string): string | undefined {
    return this.#env[prefix + name] || undefined;
  }

  required(name: string, meaning: string): string | undefined {
    const text = this.text(name);
    if (text === undefined) this.#problems.push(`${prefix}${name} is not set: it names ${meaning}`);
    return text;
  }

  wrong(name: string, problem: string): undefined {
    this.#problems.push(`${prefix}${name} is ${JSON.stringify(this.text(name) ?? "")}: ${problem}`);
  }
}

function serversOf(read: Reader): string {
  const text = read.required("ZOOKEEPER", "the servers, as host:port,host:port or host:port/chroot");
  if (text === undefined) return "";
  try {
    parseServers(text);
  } catch (error) {
    read.wrong("ZOOKEEPER", messageOf(error));
  }
  return text;
}

function locksOf(read: Reader, most: number): readonly LockPaths[] {
  const text = read.required("LOCKS", "the lock path, followed by = and the signal path where that is not the lock path and -signal");
  if (text === undefined) return [];
  const parts = text.split(",").map((part) => part.trim());
  const locks = parts.map((part) => lockOf(part));
  if (locks.some(({ signalPath }) => signalPath === "")) {
    return (
      read.wrong(
        "LOCKS",
        "a lock without a signal is not supported: nobody would ask the gate to let go of it; name its signal path after =, or leave = out",
      ) ?? []
    );
  }
  const many = most === 1 ? "a gate takes one: open one gate for each lock, with lockPath" : `at most ${most} are allowed`;
  if (locks.length > most) return read.wrong("LOCKS", `${locks.length} locks are named, and ${many}`) ?? [];
  const problem = checkLocks(locks);
  return problem === undefined ? locks : (read.wrong("LOCKS", problem) ?? []);
}

function lockOf(part: string): LockPaths {
  const equals = part.indexOf("=");
  if (equals === -1) return { path: part, signalPath: defaultSignalPath(part) };
  return { path: part.slice(0, equals).trim(), signalPath: part.slice(equals + 1).trim() };
}

function sessionTimeoutOf(read: Reader): number | undefined {
  const text = read.text("SESSION_TIMEOUT_SECONDS");
  if (text === undefined || /^[1-9]\d{0,5}$/.test(text)) return text === undefined ? undefined : Number(text) * 1000;
  return read.wrong("SESSION_TIMEOUT_SECONDS", "give whole seconds from 1");
}

function writersOf(read: Reader): "any" | "signalled" {
  const text = read.text("WRITERS") ?? "any";
  if (text === "any" || text === "signalled") return text;
  return read.wrong("WRITERS", "it may be any or signalled") ?? "any";
}

function tlsOf(read: Reader): TlsFiles | undefined {
  const [ca, cert, key] = [read.text("TLS_CA"), read.text("TLS_CERT"), read.text("TLS_KEY")];
  if (cert !== undefined && key === undefined) return read.wrong("TLS_CERT", `it needs ${prefix}TLS_KEY beside it`);
  if (key !== undefined && cert === undefined) return read.wrong("TLS_KEY", `it needs ${prefix}TLS_CERT beside it`);
  if (ca !== undefined) return { ca, cert, key };
  return cert === undefined ? undefined : read.wrong("TLS_CERT", `it needs ${prefix}TLS_CA, the authorities of the servers, beside it`);
}

function authOf(read: Reader): GateOptions["auth"] {
  const file = read.text("DIGEST_FILE");
  return file === undefined ? undefined : { digest: { file } };
}
