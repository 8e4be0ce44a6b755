// The lock commands as a user runs them, in this process, on the server of the test file; and locks as their own programs make them.
import { expect } from "vitest";
import { z } from "zod";
import type { Machine } from "../../src/cli/machine.ts";
import { runProgram } from "../../src/cli/program.ts";
import { type Dialect, type LockMode, leasePrefix, nodePrefix, nodeText, queuePath } from "../../src/protocol/dialects.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { openSession } from "../../src/zookeeper/client.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { server } from "./server-gate.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `ask`: a person who answers, and may do something before; `on`: called before each of those calls of the command's session. */
export interface Circumstances {
  readonly ask?: (question: string) => Promise<string>;
  readonly on?: Partial<Record<"get" | "set" | "remove" | "children" | "transaction", (path: string) => Promise<void>>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly machine?: Partial<Machine>;
}

/** `exclusive-window locks …` */
export async function locks(args: readonly string[], { ask, on, env, machine }: Circumstances = {}): Promise<Outcome> {
  const printed = { out: "", err: "" };
  const code = await runProgram(["locks", ...args], {
    clock: systemClock,
    program: "exclusive-window",
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
    read: () => Promise.reject(new Error("no file is read")),
    env: { EXCLUSIVE_WINDOW_ZOOKEEPER: server().connectString, ...env },
    ...(ask === undefined ? {} : { ask }),
    ...(on === undefined ? {} : { openSession: async (options) => disturbed(await openSession(options), on) }),
    ...machine,
  });
  return { code, ...printed };
}

/** Of -o json. */
export async function locksJson(args: readonly string[], circumstances?: Circumstances): Promise<unknown> {
  const { code, out, err } = await locks([...args, "-o", "json"], circumstances);
  expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
  return JSON.parse(out);
}

/** A person who says yes, after that has happened. */
export function yesAfter(happens: () => Promise<unknown>): Circumstances {
  return {
    ask: async () => {
      await happens();
      return "y";
    },
  };
}

function disturbed(session: Session, on: NonNullable<Circumstances["on"]>): Session {
  return new Proxy(session, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const first = Object.entries(on).find(([call]) => call === name)?.[1];
      return async (...args: readonly unknown[]) => {
        await first?.(pathIn(args[0]));
        return Reflect.apply(value, target, args);
      };
    },
  });
}

const operations = z.array(z.object({ path: z.string() }));

/** Of a transaction, what its last operation is about. */
function pathIn(argument: unknown): string {
  return typeof argument === "string" ? argument : (operations.parse(argument).at(-1)?.path ?? "");
}

export const uuid = "1ab0458d-ab17-43e2-b6d5-be8a7835f979";

/** A node in line, as a program of that dialect makes it, by default 10.0.0.1's; answers its path. */
export async function aLock(
  session: Session,
  path: string,
  dialect: Dialect,
  who: LockMode | `${LockMode} ${string}` = "write",
): Promise<string> {
  await session.createParents(queuePath(dialect, path));
  const [mode, owner = "10.0.0.1"] = who.split(" ");
  // LogDriver itself leaves no data.
  const data = Buffer.from(dialect === "ZooKeeperRecipe" ? "" : nodeText(dialect, owner, uuid));
  const prefix = nodePrefix(dialect, mode === "read" ? "read" : "write", uuid);
  return session.create(`${queuePath(dialect, path)}/${prefix}`, data, "ephemeral-sequential");
}

/** What a holder of Curator's semaphore mutex has besides. */
export async function aLease(session: Session, path: string, owner = "10.0.0.1"): Promise<string> {
  await session.createParents(`${path}/leases`);
  return session.create(`${path}/leases/${leasePrefix(uuid)}`, Buffer.from(owner), "ephemeral-sequential");
}

/** The same on every run: ids, times and sessions become words, once their form is seen to be right. */
export function normalised(document: unknown, sessions: Readonly<Record<string, string>>): unknown {
  return JSON.parse(JSON.stringify(document), (key, value: unknown) => {
    const rule = changing[key];
    if (rule?.test(String(value)) === true) return `<${key}>`;
    if (typeof value !== "string") return value;
    return key === "session" ? sessions[value] : value.replace(/_c_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-/g, "_c_<uuid>-");
  });
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const changing: Readonly<Record<string, RegExp>> = { czxid: /^0x[0-9a-f]+$/, created: time, lastModified: time, ageSeconds: /^\d{1,3}$/ };
