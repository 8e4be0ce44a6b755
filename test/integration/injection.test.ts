// The policies that inject gates, on a real API server of this test's own: which Pods get one, which are refused, and that the container
// is the very one that `exclusive-window inject` puts into manifests.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { ensureTool } from "../../dev/tools/build.ts";
import { attempt, type CommandResult } from "../../dev/tools/command.ts";
import { inject as runInject } from "../support/inject.ts";
import { id } from "../support/kube-namespace.ts";
import { type OwnApiServer, ownApiServer } from "../support/own-api-server.ts";
import { manifestsOf } from "../support/render.ts";
import { windowManifest } from "../support/window-object.ts";

const GATE = "exclusive-window-gate";
const inject = "exclusivewindow.dev/inject";
const patiently = { timeout: 60_000, interval: 250 };
const namespace = `injection-${id()}`;
const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };
const locks = [{ path: "/orders/processing" }, { path: "/orders/archive", signalPath: "/orders/archive-pause" }];

interface Json {
  readonly [key: string]: unknown;
}
interface Pod {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly initContainers?: readonly (Json & { readonly name: string })[]; readonly volumes?: readonly Json[] };
}

let server: OwnApiServer;
let kubectl: (args: readonly string[], input?: unknown) => Promise<CommandResult>;

beforeAll(async () => {
  const [program, started] = await Promise.all([ensureTool("kubectl"), ownApiServer()]);
  server = started;
  kubectl = (args, input) =>
    attempt(program, ["--kubeconfig", server.kubeconfig, ...args], input === undefined ? {} : { input: JSON.stringify(input) });
  await must(["apply", "--server-side", "--kustomize", "deploy/crd"]);
  await vi.waitFor(() => must(["get", "exclusivewindows", "--all-namespaces"]), patiently);
  await must(["apply", "--kustomize", "deploy/admission/injection"]);
  await must(["create", "-f", "-"], { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: restricted } });
  await must(["create", "-f", "-"], windowManifest("nightly", namespace, { spec: { locks } }));
  await must(["create", "-f", "-"], windowManifest("plain", namespace));
  // Policies and windows are known to the API server a moment after they were taken.
  for (const name of ["nightly", "plain"]) await vi.waitFor(() => admitted(pod({ [inject]: name })), patiently);
});

afterAll(async () => {
  if (server === undefined) return;
  // It may be a way to a shared cluster: what was changed for all of it is put back.
  await kubectl(["apply", "--kustomize", "deploy/admission/injection"]);
  await kubectl(["delete", "namespace", namespace, "--wait=false"]);
  await server.remove();
});

async function must(args: readonly string[], input?: unknown): Promise<string> {
  const { code, stdout, stderr } = await kubectl(args, input);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** What would become of it: nothing is stored. */
async function admitted(manifest: unknown): Promise<Pod> {
  return JSON.parse(await must(["create", "--dry-run=server", "-o", "json", "-f", "-"], manifest));
}

async function refused(manifest: unknown): Promise<string> {
  const { code, stderr } = await kubectl(["create", "--dry-run=server", "-f", "-"], manifest);
  expect(code).not.toBe(0);
  return stderr;
}

function pod(annotations: Readonly<Record<string, string>>, spec: Json = {}): Json {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  const containers = [{ name: "app", image: "app", securityContext }];
  const podSecurity = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "app", namespace, annotations },
    spec: { securityContext: podSecurity, containers, ...spec },
  };
}

/** The same Pod by way of the command line. */
async function injectedOffline(manifest: Json, ...options: readonly string[]): Promise<Json> {
  const files: Readonly<Record<string, string>> = {
    pod: JSON.stringify(manifest),
    windows: [windowManifest("nightly", namespace, { spec: { locks } }), windowManifest("plain", namespace)]
      .map((w) => JSON.stringify(w))
      .join("\n---\n"),
  };
  const servers = ["--zookeeper", "zookeeper.zookeeper.svc:2181"];
  const { code, out, err } = await runInject(["-f", "pod", "--window-file", "windows", ...servers, ...options], files);
  expect(code, err).toBe(0);
  return parse(out);
}

function gateOf({ spec }: Pod): Json | undefined {
  return spec.initContainers?.find(({ name }) => name === GATE);
}

function withoutAsking(manifest: Json): Json {
  const { [inject]: _, ...annotations } = (manifest["metadata"] as Pod["metadata"]).annotations ?? {};
  return { ...manifest, metadata: { ...(manifest["metadata"] as Json), annotations } };
}

describe("a Pod that names a window", () => {
  test.each([
    ["nightly", "/orders/processing=/orders/processing-signal,/orders/archive=/orders/archive-pause"],
    ["plain", `/exclusive-windows/${namespace}/plain/lock=/exclusive-windows/${namespace}/plain/signal`],
  ])("gets the gate of %s, with its locks", async (window, expected) => {
    const found = await admitted(pod({ [inject]: window }));
    expect(found.metadata.annotations).toMatchObject({ "exclusivewindow.dev/injected": window });
    expect(gateOf(found)).toMatchObject({
      image: "exclusive-window:0.1.0",
      restartPolicy: "Always",
      command: ["node", "/app/exclusive-window.js", "gate"],
    });
    expect(gateOf(found)?.["env"]).toEqual([
      { name: "EXCLUSIVE_WINDOW_ZOOKEEPER", value: "zookeeper.zookeeper.svc:2181" },
      { name: "EXCLUSIVE_WINDOW_LOCKS", value: expected },
      { name: "EXCLUSIVE_WINDOW_NAME", value: `${namespace}/${window}` },
      { name: "POD_IP", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } } },
    ]);
  });

  test.each(["nightly", "plain"])("gets the gate of %s that the command line puts into its manifest, byte for byte", async (window) => {
    const asked = pod({ [inject]: window });
    const offline = await admitted(withoutAsking(await injectedOffline(asked)));
    expect(offline.metadata.annotations).toBeUndefined();
    expect(JSON.stringify((await admitted(asked)).spec)).toBe(JSON.stringify(offline.spec));
  });

  test("gets it before its own init containers, and keeps them", async () => {
    const [app] = (pod({})["spec"] as { readonly containers: readonly Json[] }).containers;
    const found = await admitted(pod({ [inject]: "plain" }, { initContainers: [{ ...app, name: "migrate" }] }));
    expect(found.spec.initContainers?.map(({ name }) => name)).toEqual([GATE, "migrate"]);
  });

  test("keeps the gate that it has already, as it is", async () => {
    const offline = await injectedOffline(pod({ [inject]: "nightly" }), "--image", "gate:of-its-own");
    const found = await admitted(offline);
    expect(found.spec.initContainers?.map(({ name, image }) => [name, image])).toEqual([[GATE, "gate:of-its-own"]]);
  });
});

describe("a Pod that names none", () => {
  test("is left as it is", async () => {
    const found = await admitted(pod({ "exclusivewindow.dev/window": "nightly" }));
    expect(found.spec.initContainers).toBeUndefined();
    expect(found.metadata.annotations).toEqual({ "exclusivewindow.dev/window": "nightly" });
  });
});

describe("a Pod is refused", () => {
  test.each([
    [
      "whose window is not there",
      { [inject]: "nowhere" },
      `names the window nowhere, and there is no ExclusiveWindow of that name in namespace ${namespace}`,
    ],
    ["that names several windows", { [inject]: "nightly,plain" }, 'is "nightly,plain", and it names exactly one window'],
    ["that names none in its annotation", { [inject]: "" }, "it names exactly one window"],
  ])("%s", async (_, annotations, message) => {
    expect(await refused(pod(annotations))).toContain(message);
  });

  test("whose window is not there, though it has a gate", async () => {
    const offline = await injectedOffline(pod({ [inject]: "plain" }));
    const elsewhere = JSON.parse(JSON.stringify(offline).replaceAll("plain", "nowhere"));
    expect(await refused(elsewhere)).toContain("there is no ExclusiveWindow of that name");
  });

  test("whose gate is for another window", async () => {
    const offline = await injectedOffline(pod({ [inject]: "plain" }));
    const asksForAnother = { ...offline, metadata: { name: "app", namespace, annotations: { [inject]: "nightly" } } };
    expect(await refused(asksForAnother)).toContain(`set its EXCLUSIVE_WINDOW_NAME to ${namespace}/nightly`);
  });

  test("whose gate would start beside the app instead of before it", async () => {
    const { containers } = pod({})["spec"] as { readonly containers: readonly Json[] };
    const beside = pod({ [inject]: "plain" }, { containers: [...containers, { ...containers[0], name: GATE }] });
    expect(await refused(beside)).toContain("an initContainer with restartPolicy Always");
  });

  test("in a namespace without windows, unless it asks for nothing", async () => {
    const elsewhere = (annotations: Readonly<Record<string, string>>) => ({
      ...pod(annotations),
      metadata: { name: "app", namespace: "default", annotations },
    });
    expect(await refused(elsewhere({ [inject]: "nightly" }))).toContain("in namespace default");
    expect((await admitted(elsewhere({}))).spec.initContainers).toBeUndefined();
  });
});

describe("with Secrets for ZooKeeper", () => {
  test("the gate is the command line's too, and has its volumes", async () => {
    const [policy] = manifestsOf("deploy/admission/injection/policies.yaml");
    if (policy === undefined) throw new Error("there is no policy");
    const spec = policy["spec"] as { readonly variables: readonly { readonly name: string; readonly expression: string }[] };
    const secrets: Readonly<Record<string, string>> = { tlsSecret: '"zk-tls"', digestSecret: '"zk-auth"' };
    const variables = spec.variables.map(({ name, expression }) => ({ name, expression: secrets[name] ?? expression }));
    await must(["apply", "-f", "-"], { ...policy, spec: { ...spec, variables } });
    const asked = pod({ [inject]: "nightly" });
    const offline = await admitted(withoutAsking(await injectedOffline(asked, "--tls-secret", "zk-tls", "--digest-secret", "zk-auth")));
    expect(offline.spec.volumes?.length).toBe(2);
    await vi.waitFor(async () => expect(JSON.stringify((await admitted(asked)).spec)).toBe(JSON.stringify(offline.spec)), patiently);
    const mine = pod({ [inject]: "nightly" }, { volumes: [{ name: "scratch", emptyDir: {} }] });
    expect((await admitted(mine)).spec.volumes?.map(({ name }) => name)).toEqual(["scratch", `${GATE}-tls`, `${GATE}-auth`]);
  });
});
