// The options of every command that talks to ZooKeeper, and the session that they open. Each may stand in the environment instead,
// under the name that processors know it by; what stands on the command line goes before it.
//
// Promised: the session is closed when the command is done with it, whatever comes. Not promised: that one which is lost is opened anew.
import { type Command, InvalidArgumentError } from "commander";
import { systemClock } from "../shared/clock.ts";
import { silentLog } from "../shared/log.ts";
import { openSession, type SessionOptions } from "../zookeeper/client.ts";
import { type Session, ZooKeeperError } from "../zookeeper/session.ts";
import { exitWith } from "./command-end.ts";
import { duration } from "./duration.ts";
import type { Machine } from "./machine.ts";

/** As commander reads them. */
export interface ZooKeeperFlags {
  readonly zookeeper?: string;
  readonly auth?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly sessionTimeout?: number;
}

const variables = {
  zookeeper: "EXCLUSIVE_WINDOW_ZOOKEEPER",
  auth: "EXCLUSIVE_WINDOW_DIGEST_FILE",
  tlsCa: "EXCLUSIVE_WINDOW_TLS_CA",
  tlsCert: "EXCLUSIVE_WINDOW_TLS_CERT",
  tlsKey: "EXCLUSIVE_WINDOW_TLS_KEY",
  sessionTimeout: "EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS",
} as const;

const usualTimeoutSeconds = 30;

export function addZooKeeperOptions(command: Command): Command {
  return command
    .option("--zookeeper <servers>", `host:port,host:port[/chroot] (or ${variables.zookeeper})`)
    .option("--auth <file>", `file with user:password for ZooKeeper's digest scheme (or ${variables.auth})`)
    .option("--tls-ca <file>", `speak TLS, trusting the authorities in this PEM file (or ${variables.tlsCa})`)
    .option("--tls-cert <file>", `this side's certificate, with --tls-key (or ${variables.tlsCert})`)
    .option("--tls-key <file>", `its key (or ${variables.tlsKey})`)
    .option("--session-timeout <duration>", `of the ZooKeeper session, such as 30 or 30s (default: ${usualTimeoutSeconds}s)`, seconds);
}

/** Ends the command with exit code 2 where the options or the environment cannot be used. */
export function sessionOptions(machine: Machine, flags: ZooKeeperFlags): SessionOptions {
  const said = (name: Exclude<keyof ZooKeeperFlags, "sessionTimeout">) => flags[name] ?? (machine.env?.[variables[name]] || undefined);
  const servers = said("zookeeper");
  if (servers === undefined)
    return exitWith(machine, "badInput", `--zookeeper: is missing; name the servers as host:port,host:port, or set ${variables.zookeeper}`);
  const [ca, cert, key, file] = [said("tlsCa"), said("tlsCert"), said("tlsKey"), said("auth")];
  if (ca === undefined && (cert ?? key) !== undefined)
    return exitWith(machine, "badInput", "--tls-ca: is missing; --tls-cert and --tls-key are of no use without it");
  return {
    servers,
    timeoutMs: (flags.sessionTimeout ?? timeoutInEnvironment(machine)) * 1000,
    clock: systemClock,
    log: silentLog,
    tls: ca === undefined ? undefined : { ca, cert, key },
    auth: file === undefined ? undefined : { scheme: "digest", file },
  };
}

/** Opens a session for `use`. */
export async function withSession<T>(machine: Machine, flags: ZooKeeperFlags, use: (session: Session) => Promise<T>): Promise<T> {
  return used(await openedSession(machine, sessionOptions(machine, flags)), use);
}

/** The same for what can be told to stop: undefined where it was before there was a session. */
export async function withSessionUntil<T>(
  machine: Machine,
  flags: ZooKeeperFlags,
  stop: AbortSignal,
  use: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  const options = { ...sessionOptions(machine, flags), signal: stop };
  const session = await openedSession(machine, options).catch((error) => {
    if (!stop.aborted) throw error;
  });
  return session === undefined ? undefined : used(session, use);
}

async function used<T>(session: Session, use: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** Ends the command with exit code 2 where the servers' names, or the credentials, cannot be used; throws other ZooKeeperErrors. */
export async function openedSession(machine: Machine, options: SessionOptions): Promise<Session> {
  try {
    return await (machine.openSession ?? openSession)(options);
  } catch (error) {
    const isInput = error instanceof ZooKeeperError && (error.code === "InvalidPath" || error.code === "AuthFailed");
    if (isInput) return exitWith(machine, "badInput", error.message);
    throw error;
  }
}

function timeoutInEnvironment(machine: Machine): number {
  const text = machine.env?.[variables.sessionTimeout];
  if (text === undefined || text === "") return usualTimeoutSeconds;
  const read = secondsIn(text);
  return read ?? exitWith(machine, "badInput", `${variables.sessionTimeout} ${JSON.stringify(text)}: must be a whole number, 1 to 3600`);
}

function seconds(text: string): number {
  const read = secondsIn(`${duration(text) / 1000}`);
  if (read === undefined) throw new InvalidArgumentError("It must be whole seconds, 1 to 3600, such as 30 or 30s.");
  return read;
}

function secondsIn(text: string): number | undefined {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= 3600 ? number : undefined;
}
