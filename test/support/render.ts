// Kubernetes objects as kustomize and helm render them from this tree, without a cluster.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { ensureTool, KUBERNETES_VERSION } from "../../dev/tools/build.ts";
import { attempt, type CommandResult, run } from "../../dev/tools/command.ts";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly [key: string]: unknown;
}

const root = join(import.meta.dirname, "..", "..");
const chart = join(root, "charts", "exclusive-window");

export async function kustomize(directory: string): Promise<readonly Manifest[]> {
  return manifests(await run(await ensureTool("kubectl"), ["kustomize", join(root, directory)]));
}

/** Settings are helm's: `crds.enabled=false`. */
export async function helmTemplate(...settings: readonly string[]): Promise<readonly Manifest[]> {
  const result = await tryHelmTemplate(...settings);
  if (result.code !== 0) throw new Error(result.stderr);
  return manifests(result.stdout);
}

export async function tryHelmTemplate(...settings: readonly string[]): Promise<CommandResult> {
  const set = settings.flatMap((setting) => ["--set-json", setting]);
  const release = ["exclusive-window", chart, "--namespace", "exclusive-window", "--kube-version", KUBERNETES_VERSION];
  return attempt(await ensureTool("helm"), ["template", ...release, ...set]);
}

/** A file of the tree with one or more YAML documents. */
export function manifestsOf(path: string): readonly Manifest[] {
  return manifests(readFileSync(join(root, path), "utf8"));
}

function manifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    if ("errors" in document && document.errors[0] !== undefined) throw document.errors[0];
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    return isManifest(value) ? [value] : [];
  });
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== "object" || value === null) return false;
  const { kind, metadata } = value as Partial<Manifest>;
  if (typeof kind !== "string" || typeof metadata?.name !== "string")
    throw new Error(`not an object of Kubernetes: ${JSON.stringify(value).slice(0, 200)}`);
  return true;
}
