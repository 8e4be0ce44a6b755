// The controller's configuration: one YAML file, checked as a whole before anything starts, and what the Pod knows of itself.
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf } from "../shared/errors.ts";
import { anyone } from "../zookeeper/access.ts";
import type { DigestLogin } from "../zookeeper/login.ts";

const path = z.string().min(1);

const tlsSchema = z
  .strictObject({ ca: path, cert: path.optional(), key: path.optional(), serverName: z.string().min(1).optional() })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), "cert and key must be given together, or neither of them");

const authSchema = z.strictObject({
  /** A file that holds user:password. It must be there. */
  digest: z.strictObject({ file: path }),
  /** Who may read our nodes and lock below lock paths. */
  processors: z
    .array(z.string().regex(/^[a-z0-9]+:.+$/, 'must be scheme:id, as "world:anyone" or "digest:user:hash"'))
    .min(1)
    .transform((names) => names.map(identity))
    .default([anyone]),
});

function identity(name: string): { readonly scheme: string; readonly id: string } {
  const colon = name.indexOf(":");
  return { scheme: name.slice(0, colon), id: name.slice(colon + 1) };
}

const segment = z
  .string()
  .regex(/^[A-Za-z0-9.-][A-Za-z0-9._-]{0,62}$/, "must be 1 to 63 letters, digits, '.', '-' or '_', not beginning with '_'");

const fileSchema = z.strictObject({
  zookeeper: z.strictObject({
    /** host:port, several separated by commas, then an optional chroot. */
    servers: z.string().min(1),
    /** What is asked for; the servers may grant less. */
    sessionTimeoutSeconds: z.int().min(4).max(600).default(30),
    /** Files in PEM, read anew at each connection. */
    tls: tlsSchema.optional(),
    auth: authSchema.optional(),
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
  /** As whom to log in to ZooKeeper: `zookeeper.auth`, or the file of the optional Secret where there is one; else as nobody. */
  readonly zookeeperLogin: DigestLogin | undefined;
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
  const file = env["CONFIG_FILE"] ?? "/etc/exclusive-window/config.yaml";
  const config = parseConfig(read(file), file);
  const digest = config.zookeeper.auth?.digest.file ?? optionalFile(env["ZOOKEEPER_DIGEST_FILE"] ?? "/etc/exclusive-window-auth/digest");
  return {
    ...config,
    identity: env["POD_NAME"] ?? hostname,
    namespace: env["POD_NAMESPACE"] ?? "exclusive-window",
    zookeeperLogin: digest === undefined ? undefined : { scheme: "digest", file: digest },
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
    const [what] = messageOf(error).split("\n"); // the lines after it quote the file
    throw new ConfigError(`${path} is not YAML: ${what}`);
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

/** The Secret is optional where the configuration does not ask for it: without it ZooKeeper is used without credentials. */
function optionalFile(file: string): string | undefined {
  return existsSync(file) ? file : undefined;
}

function port(env: Environment, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new ConfigError(`${name} is ${JSON.stringify(text)}; it must be a port, 0 to 65535`);
  return value;
}
