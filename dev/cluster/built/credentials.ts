// Who may talk to the API server: a token for each component and one for the administrator, and the kubeconfig files with them.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { layout, NAME } from "./layout.ts";

const USERS = {
  admin: { user: "admin", groups: ["system:masters"] },
  "controller-manager": { user: "system:kube-controller-manager", groups: [] },
  scheduler: { user: "system:kube-scheduler", groups: [] },
  proxy: { user: "system:kube-proxy", groups: ["system:node-proxier"] },
  kubelet: { user: `system:node:${NAME}`, groups: ["system:nodes"] },
} as const;

type Role = keyof typeof USERS;

export interface Credentials {
  /** For `--token-auth-file`. */
  readonly tokenFile: string;
  /** Path of each role's kubeconfig. */
  readonly kubeconfigs: Readonly<Record<Role, string>>;
}

/** Makes new tokens and writes the files, readable by root alone. */
export function makeCredentials(apiServer: string, authority: string): Credentials {
  mkdirSync(layout.config, { recursive: true, mode: 0o700 });
  const tokenFile = join(layout.config, "tokens.csv");
  const rows: string[] = [];
  const write = (role: Role): string => {
    const token = randomBytes(24).toString("hex");
    const { user, groups } = USERS[role];
    rows.push(`${token},${user},${role},"${groups.join(",")}"`);
    const path = role === "admin" ? layout.kubeconfig : join(layout.config, `${role}.kubeconfig`);
    writeFileSync(path, kubeconfig(apiServer, readFileSync(authority), user, token), { mode: 0o600 });
    return path;
  };
  const kubeconfigs = {
    admin: write("admin"),
    "controller-manager": write("controller-manager"),
    scheduler: write("scheduler"),
    proxy: write("proxy"),
    kubelet: write("kubelet"),
  };
  writeFileSync(tokenFile, `${rows.join("\n")}\n`, { mode: 0o600 });
  return { tokenFile, kubeconfigs };
}

/** A kubeconfig as JSON, which is YAML too. */
function kubeconfig(server: string, authority: Buffer, user: string, token: string): string {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: NAME, cluster: { server, "certificate-authority-data": authority.toString("base64") } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: NAME, context: { cluster: NAME, user, namespace: "default" } }],
    "current-context": NAME,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
