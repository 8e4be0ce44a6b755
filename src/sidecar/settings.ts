// What a sidecar is told by its environment. The gate's own part is read as for the library: src/processor/environment.ts.
//
// Promised: every problem is named at once, with its variable and value.
import { type Environment, readEnvironment, type SharedOptions } from "../processor/environment.ts";
import { type Hook, parseHook } from "./hook.ts";
import type { HookSettings } from "./hooks.ts";
import { type ListenAddress, parseListenAddress } from "./listen-address.ts";
import type { Problem } from "./problem.ts";

export interface SidecarSettings {
  /** Of every gate. */
  readonly gate: SharedOptions;
  /** Who holds the locks, written into the read nodes; default: this host's address. */
  readonly owner: string | undefined;
  readonly locks: readonly { readonly path: string; readonly signalPath: string }[];
  readonly listen: ListenAddress;
  /** Exists while the gate is open. */
  readonly file: string | undefined;
  /** Infinity: as long as leases are renewed. */
  readonly drainTimeoutMs: number;
  readonly hooks: HookSettings;
}

export type SettingsRead =
  | { readonly kind: "settings"; readonly settings: SidecarSettings }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

const prefix = "EXCLUSIVE_WINDOW_";
const mostLocks = 16;
const usualHookSeconds = "30";

export function readSettings(env: Environment): SettingsRead {
  const problems: string[] = [];
  const gate = readEnvironment(env, mostLocks);
  if (gate.kind === "problems") problems.push(...gate.problems);
  const text = (name: string) => env[prefix + name] || undefined;
  const wrong = (name: string, message: string) => void problems.push(`${prefix}${name} is ${message}`);
  const parsed = <T extends object>(name: string, parse: (value: string) => T | Problem): T | undefined => {
    const value = text(name);
    const result = value === undefined ? undefined : parse(value);
    if (result === undefined || !isProblem(result)) return result;
    wrong(name, result.message);
    return undefined;
  };
  const seconds = (name: string, usual: string) => {
    const value = text(name) ?? usual;
    if (/^\d{1,6}(?:\.\d{1,3})?$/.test(value)) return Number(value) === 0 ? Number.POSITIVE_INFINITY : Number(value) * 1000;
    wrong(name, `${JSON.stringify(value)}: give seconds, or 0 for no limit`);
    return 0;
  };
  const file = text("GATE_FILE");
  if (file !== undefined && !file.startsWith("/")) wrong("GATE_FILE", `${JSON.stringify(file)}: give an absolute path`);
  const hook = (name: string) => parsed<Hook>(name, parseHook);
  const own = {
    owner: env["POD_IP"] || undefined,
    listen: parsed("GATE_LISTEN", parseListenAddress) ?? usualAddress,
    file,
    drainTimeoutMs: seconds("DRAIN_TIMEOUT_SECONDS", "0"),
    hooks: { onClosing: hook("ON_CLOSING"), onOpen: hook("ON_OPEN"), timeoutMs: seconds("HOOK_TIMEOUT_SECONDS", usualHookSeconds) },
  };
  if (gate.kind === "problems" || problems.length > 0) return { kind: "problems", problems };
  return { kind: "settings", settings: { gate: gate.shared, locks: gate.locks, ...own } };
}

const usualAddress: ListenAddress = { kind: "tcp", host: "127.0.0.1", port: 9271 };

function isProblem(value: object): value is Problem {
  return "kind" in value && value.kind === "problem";
}
