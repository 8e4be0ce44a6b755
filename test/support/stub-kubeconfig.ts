// A kubeconfig for a stub API server, as a file: what loadKube reads. Its user is the one that a Pod's service account has.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";

export interface StubKubeconfig {
  readonly path: string;
  /** The file that the token is read from. */
  readonly tokenFile: string;
  remove(): Promise<void>;
}

export async function stubKubeconfig(server: string): Promise<StubKubeconfig> {
  const directory = await mkdtemp(join(tmpdir(), "stub-kubeconfig-"));
  const path = join(directory, "config");
  const user = podUser(directory);
  const { tokenFile } = user["auth-provider"].config;
  await mkdir(dirname(tokenFile), { recursive: true });
  await writeFile(tokenFile, "first\n");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "stub", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "stub", user }],
    contexts: [{ name: "stub", context: { cluster: "stub", user: "stub", namespace: "stub" } }],
    "current-context": "stub",
  };
  await writeFile(path, JSON.stringify(config));
  return { path, tokenFile, remove: () => rm(directory, { recursive: true }) };
}

interface PodUser {
  readonly "auth-provider": { readonly config: { readonly tokenFile: string } };
}

/** As client-node makes it inside a Pod whose root is that directory. */
function podUser(root: string): PodUser {
  const config = new KubeConfig();
  config.loadFromCluster(root);
  const { users } = JSON.parse(config.exportConfig()) as { readonly users: readonly { readonly user: PodUser }[] };
  const [only] = users;
  if (only === undefined) throw new Error("client-node made no user for a Pod");
  return only.user;
}
