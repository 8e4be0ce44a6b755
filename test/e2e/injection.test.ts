// Gates by annotation on a real cluster: a Deployment that asks for one gets the sidecar, which holds the read lock of its window; one that
// does not ask gets none; one that asks for a window that is not there gets no Pods until it is.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readHolders } from "../../src/zookeeper/holders.ts";
import type { Session } from "../../src/zookeeper/session.ts";
import { jobImage, scripts } from "./support/job-scripts.ts";
import { useStage } from "./support/stage.ts";
import { until } from "./support/until.ts";

const root = join(import.meta.dirname, "../..");
const gate = "exclusive-window-gate";
const stage = useStage();

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly initContainers?: readonly {
      readonly name: string;
      readonly env: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
  readonly status: { readonly podIP?: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** The policies as a user sets them to another ZooKeeper: by a kustomization. The cluster has one of them, whatever the namespace. */
async function applyPolicies(zookeeper: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "injection-"));
  const value = { name: "zookeeper", expression: JSON.stringify(zookeeper) };
  const patch = {
    target: { kind: "MutatingAdmissionPolicy" },
    patch: JSON.stringify([{ op: "replace", path: "/spec/variables/0", value }]),
  };
  const resources = [relative(directory, join(root, "deploy/admission/injection"))];
  await writeFile(join(directory, "kustomization.yaml"), JSON.stringify({ resources, patches: [patch] }));
  await stage().kubectl("apply", "--kustomize", directory);
  await rm(directory, { recursive: true });
}

let session: Session;

beforeAll(async () => {
  session = await stage().session();
  await applyPolicies(stage().zookeeper.connectString);
});
afterAll(async () => void (await stage().kubectl("apply", "--kustomize", join(root, "deploy/admission/injection"))));

async function deploy(name: string, annotations: Readonly<Record<string, string>>): Promise<void> {
  const labels = { app: name };
  const command = ["node", "-e", "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1e6)"];
  const app = { name: "app", image: jobImage, imagePullPolicy: "IfNotPresent", command };
  const template = { metadata: { labels, annotations }, spec: { containers: [app] } };
  await stage().apply({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template },
  });
}

async function pods(name: string): Promise<readonly Pod[]> {
  const { items } = JSON.parse(await stage().kubectl("get", "pods", "-l", `app=${name}`, "-o", "json")) as {
    readonly items: readonly Pod[];
  };
  return items;
}

/** The API server takes up a changed policy a moment after it has answered. */
async function policiesTakenUp(window: string): Promise<void> {
  const asks = `--annotations=exclusivewindow.dev/inject=${window}`;
  await until("the policies name this ZooKeeper", async () => {
    const pod = await stage().kubectl("run", "probe", "--image=probe", "--dry-run=server", "-o", "json", asks);
    return pod.includes(stage().zookeeper.connectString);
  });
}

function readyPod(name: string): Promise<Pod> {
  const isReady = ({ status }: Pod) => status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
  return until(`a Pod of ${name} is ready`, async () => (await pods(name)).find(isReady));
}

async function readers(lockPath: string): Promise<readonly string[]> {
  return (await readHolders(session, lockPath)).filter(({ kind }) => kind === "read").map(({ owner }) => owner);
}

test("a Pod that asks for a gate holds the read lock of its window, and gives way to the run", async () => {
  const { windows, logs } = stage();
  await windows.make("gated", scripts.works(500));
  await policiesTakenUp("gated");
  await deploy("gated", { "exclusivewindow.dev/inject": "gated" });
  const pod = await readyPod("gated");
  const [sidecar] = pod.spec.initContainers ?? [];
  const lockPath = windows.lockPath("gated");
  expect(sidecar).toMatchObject({
    name: gate,
    env: expect.arrayContaining([{ name: "EXCLUSIVE_WINDOW_LOCKS", value: `${lockPath}=${lockPath}-signal` }]),
  });
  await until("the gate holds the read lock in the Pod's name", async () => (await readers(lockPath)).join() === pod.status.podIP);
  await windows.runNow("gated");
  const run = await windows.ended("gated");
  expect(run).toMatchObject({ result: "Succeeded" });
  expect((await logs.intervals(run.jobName)).length).toBe(1);
  await until("the gate holds the read lock again", async () => (await readers(lockPath)).join() === pod.status.podIP);
  await stage().kubectl("delete", "deployment", "gated", "--cascade=foreground", "--timeout=120s");
  expect(await readers(lockPath)).toEqual([]);
});

test("a Pod that does not ask gets none", async () => {
  await deploy("plain", { "exclusivewindow.dev/window": "gated" });
  expect((await readyPod("plain")).spec.initContainers).toBeUndefined();
});

test("a Deployment that asks for a window that is not there gets no Pods, and is told why", async () => {
  const { windows, kubectl, namespace } = stage();
  await deploy("early", { "exclusivewindow.dev/inject": "late" });
  const message = `names the window late, and there is no ExclusiveWindow of that name in namespace ${namespace}`;
  await until("the ReplicaSet says why", async () =>
    (await kubectl("get", "events", "--field-selector", "reason=FailedCreate", "-o", "json")).includes(message),
  );
  expect(await pods("early")).toEqual([]);
  await windows.make("late", scripts.works(100));
  await kubectl("rollout", "restart", "deployment/early");
  expect((await readyPod("early")).spec.initContainers?.map(({ name }) => name)).toEqual([gate]);
});
