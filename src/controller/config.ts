// The controller's configuration: one YAML file, checked as a whole before anything starts, and what the Pod knows of itself.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf } from "../shared/errors.ts";

const segment = z
  .string()
  .regex(/^[A-Za-z0-9.-][A-Za-z0-9._-]{0,62}$/, "must be 1 to 63 letters, digits, '.', '-' or '_', not beginning with '_'");

const fileSchema = z.strictObject({
  zookeeper: z.strictObject({
    /** host:port, several separated by commas, then an optional chroot. */
    servers: z.string().min(1),
    /** What is asked for; the servers may grant less. */
    sessionTimeoutSeconds: z.int().min(4).max(600).default(30),
  }),
  /** Names this installation's entries in ZooKeeper and its Jobs: two installations never touch each other's. */
  installation: segment.default("default"),
  /** The namespaces whose windows this installation looks after; empty: all of them. */
  namespaces: z.array(z.string().min(1)).default([]),
  /** Which lock paths a namespace may name besides /exclusive-windows/<namespace>/. */
  pathGrants: z.array(z.strictObject({ namespace: z.string().min(1), prefixes: z.array(z.string().min(1)).min(1) })).default([]),
  log: z
    .strictObject({ level: z.enum(["debug", "info", "warn", "error"]).default("info"), format: z.enum(["json", "text"]).default("json") })
    .default({ level: "info", format: "json" }),
});

export type FileConfig = z.infer<typeof fileSchema>;

export interface Config extends FileConfig {
  /** The Pod's name: who holds the lease. */
  readonly identity: string;
  /** Where the lease and the fencing mark live. */
  readonly namespace: string;
  /** user:password for ZooKeeper's digest scheme. */
  readonly zookeeperDigest: string | undefined;
  readonly healthPort: number;
  readonly metricsPort: number;
  /** For a controller that runs outside the cluster. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

export class ConfigError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws ConfigError, with every problem in one message. */
export function loadConfig(env: Environment, hostname: string): Config {
  const path = env["CONFIG_FILE"] ?? "/etc/exclusive-window/config.yaml";
  return {
    ...parseConfig(read(path), path),
    identity: env["POD_NAME"] ?? hostname,
    namespace: env["POD_NAMESPACE"] ?? "exclusive-window",
    zookeeperDigest: secret(env["ZOOKEEPER_DIGEST_FILE"] ?? "/etc/exclusive-window-auth/digest"),
    healthPort: port(env, "HEALTH_PORT", 8081),
    metricsPort: port(env, "METRICS_PORT", 8080),
    kubeconfig: env["KUBECONFIG"],
    context: env["KUBE_CONTEXT"],
  };
}

export function parseConfig(text: string, path: string): FileConfig {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is not YAML: ${messageOf(error)}`);
  }
  const checked = fileSchema.safeParse(raw);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => `${issue.path.join(".") || "(the whole file)"}: ${issue.message}`);
  throw new ConfigError(`${path} cannot be used: ${problems.join("; ")}`);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigError(`cannot read the configuration: ${messageOf(error)}; mount it there or set CONFIG_FILE`);
  }
}

function secret(path: string): string | undefined {
  try {
    const text = readFileSync(path, "utf8").trim();
    return text === "" ? undefined : text;
  } catch {
    return undefined; // The Secret is optional: without it ZooKeeper is used without credentials.
  }
}

function port(env: Environment, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new ConfigError(`${name} is ${JSON.stringify(text)}; it must be a port, 0 to 65535`);
  return value;
}
