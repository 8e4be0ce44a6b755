// A kubeconfig for a stub API server, as a file: what loadKube reads.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface StubKubeconfig {
  readonly path: string;
  /** The file that the token is read from. */
  readonly tokenFile: string;
  remove(): Promise<void>;
}

export async function stubKubeconfig(server: string): Promise<StubKubeconfig> {
  const directory = await mkdtemp(join(tmpdir(), "stub-kubeconfig-"));
  const path = join(directory, "config");
  const tokenFile = join(directory, "token");
  await writeFile(tokenFile, "first\n");
  const user = { "auth-provider": { name: "tokenFile", config: { tokenFile } } };
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
