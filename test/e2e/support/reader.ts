// Somebody who follows the documents: types their commands into a shell in this tree, whose kubectl is the development cluster's,
// and has ZooKeeper where the documents say that it is.
//
// Not followed: `kubectl apply -k deploy/zookeeper`, whose image a machine without a registry cannot have. A server of this machine
// stands behind the same Service instead.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Cluster } from "../../../dev/cluster/provider.ts";
import { attempt, run, searchPath } from "../../../dev/tools/command.ts";
import type { ZooKeeperServer } from "../../../dev/zookeeper/server.ts";
import { messageOf } from "../../../src/shared/errors.ts";
import { kustomize, manifestsOf } from "../../support/render.ts";
import type { Stage } from "./stage.ts";

const root = resolve(import.meta.dirname, "../../..");
/** What the documents' commands make. */
const namespaces = ["orders", "exclusive-window", "zookeeper"] as const;

export interface Reader {
  /** What the command printed; throws with its error when it fails. */
  types(command: string): Promise<string>;
}

/** One for the commands of a file. Whatever they made is gone after the last of them. */
export function useReader(stage: () => Stage): () => Reader {
  let reader: (Reader & { explain(): Promise<string>; close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    reader = await openReader(stage());
  });
  let explained = false;
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      if (!explained) console.error(await reader?.explain());
      explained = true; // The commands after the first that failed have nothing to add.
    });
  });
  afterAll(() => reader?.close());
  return () => {
    if (reader === undefined) throw new Error("the reader is not there");
    return reader;
  };
}

async function openReader({ cluster, zookeeper }: Stage) {
  const programs = mkdtempSync(join(tmpdir(), "exclusive-window-reader-"));
  const kubectl = kubectlIn(programs, cluster);
  await refuseForeign(kubectl);
  await run(kubectl, ["apply", "--filename", "-"], { input: list(zookeeperObjects(zookeeper)) });
  const env = { PATH: [programs, searchPath()].join(delimiter) };
  return {
    types: (command: string) => run("sh", ["-c", command], { cwd: root, env }),
    explain: () => explain(kubectl),
    async close() {
      await remove(kubectl, zookeeper);
      rmSync(programs, { recursive: true });
    },
  };
}

/** A kubectl that knows no cluster but this one, whatever the user's kubeconfig says. */
function kubectlIn(directory: string, { kubectl, kubeconfig, context }: Cluster): string {
  const program = join(directory, "kubectl");
  writeFileSync(program, `#!/bin/sh\nexec '${kubectl}' --kubeconfig '${kubeconfig}' --context '${context}' "$@"\n`);
  chmodSync(program, 0o755);
  return program;
}

async function refuseForeign(kubectl: string): Promise<void> {
  const there = await run(kubectl, ["get", "namespaces", ...namespaces, "--ignore-not-found", "--output", "name"]);
  if (there === "") return;
  const names = there.trim().split("\n").join(", ");
  throw new Error(`the cluster has ${names} already, which these commands would change and remove: delete it, or take another cluster`);
}

/** The Service of deploy/zookeeper by its own name and port, with that server behind it. */
function zookeeperObjects({ address, port }: ZooKeeperServer): readonly object[] {
  if (isIP(address) !== 4) throw new Error(`a Service cannot lead to ${address}: it takes an IPv4 address of this machine`);
  const namespace = manifestsOf("deploy/zookeeper/namespace.yaml");
  const [service] = manifestsOf("deploy/zookeeper/service.yaml");
  const labels = { "kubernetes.io/service-name": service?.metadata.name };
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...service?.metadata, labels },
    addressType: "IPv4",
    ports: [{ name: "client", port }],
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  };
  return [...namespace, { ...service, spec: { ...Object(service?.spec), selector: undefined } }, slice];
}

const list = (items: readonly object[]): string => JSON.stringify({ apiVersion: "v1", kind: "List", items });

/** The window first, while there is a controller that lets go of a run; the definition stays, since other stories' windows go with it. */
async function remove(kubectl: string, zookeeper: ZooKeeperServer): Promise<void> {
  const there = await attempt(kubectl, ["--namespace", "orders", "delete", "exclusivewindows", "--all", "--timeout", "60s"]);
  if (there.code !== 0) await letGo(kubectl);
  const made = [...(await kustomize("deploy/samples")), ...(await kustomize("deploy/default")), ...zookeeperObjects(zookeeper)];
  const ours = made.filter((object) => !isDefinition(object));
  await run(kubectl, ["delete", "--filename", "-", "--ignore-not-found", "--timeout", "180s"], { input: list(ours) });
}

function isDefinition(object: object): boolean {
  return "kind" in object && object.kind === "CustomResourceDefinition";
}

/** Takes the finalizers away that nobody would take away any more. */
async function letGo(kubectl: string): Promise<void> {
  const inOrders = ["--namespace", "orders"];
  const held = await run(kubectl, [...inOrders, "get", "exclusivewindows,jobs", "--output", "name"]);
  for (const name of held.split("\n").filter((line) => line !== ""))
    await attempt(kubectl, [...inOrders, "patch", name, "--type", "merge", "--patch", '{"metadata":{"finalizers":null}}']);
}

async function explain(kubectl: string): Promise<string> {
  const looks = [
    ["--namespace", "orders", "get", "exclusivewindows,jobs,pods", "--output", "yaml"],
    ["--namespace", "orders", "get", "events", "--sort-by", ".metadata.creationTimestamp"],
    ["--namespace", "exclusive-window", "get", "pods", "--output", "wide"],
    ["--namespace", "exclusive-window", "logs", "--selector", "app.kubernetes.io/name=exclusive-window", "--tail", "60", "--prefix"],
  ];
  const said = looks.map(async (args) => `===== kubectl ${args.join(" ")}\n${await run(kubectl, args).catch(messageOf)}`);
  return (await Promise.all(said)).join("\n");
}
