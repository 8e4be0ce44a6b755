// The controller's watches on a real API server that is stopped and started again, and on one where nothing happens.
import type { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findCluster } from "../../dev/cluster/cluster.ts";
import type { Seen } from "../../src/controller/hands.ts";
import { watchesHear } from "../../src/controller/readiness.ts";
import { startWatches, type Watches } from "../../src/controller/watches.ts";
import { apiVersion, runLabel, windowLabel } from "../../src/crds/meta.ts";
import { loadKube } from "../../src/kube/config.ts";
import { path } from "../../src/kube/json.ts";
import { createKube, type Kube } from "../../src/kube/kube.ts";
import type { Watch } from "../../src/kube/watch.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { applyCrd, eventually, id } from "../support/kube-namespace.ts";
import { type OwnApiServer, ownApiServer } from "../support/own-api-server.ts";

const namespace = `restart-${id()}`;
let server: OwnApiServer;
let kube: Kube;
let watches: Watches;
/** A watch on the cluster that stays up, for something that nobody makes. */
let quiet: Watch<unknown>;
let quietSinceMs: number;
/** "<kind> <what>" of everything that the controller was told of, in this namespace. */
const heard: string[] = [];

beforeAll(async () => {
  await beQuiet();
  server = await ownApiServer();
  kube = kubeOf(loadKube({ kubeconfig: server.kubeconfig }));
  await make("/api/v1/namespaces", { metadata: { name: namespace } });
  await applyCrd(kube);
  const seen: Seen = { windows: new Map(), jobs: new Map(), workloads: new Map() };
  const note = (kind: string) => (key: string) => void heard.push(`${kind} ${key}`);
  const told = {
    window: note("window"),
    windowGone: note("gone"),
    part: note("part"),
    workload: ({ name }: { readonly name: string }) => note("workload")(name),
    workloadGone: () => undefined,
  };
  watches = startWatches({ kube, clock: systemClock, log: silentLog, seen, heard: told, isOurs: (of) => of === namespace });
  await watches.synced;
});
afterAll(async () => {
  quiet?.stop();
  watches?.stop();
  if (server === undefined) return;
  await kube.rest.call("delete the namespace", { method: "DELETE", path: path("api", "v1", "namespaces", namespace) });
  await server.remove();
});

async function beQuiet(): Promise<void> {
  const cluster = await findCluster();
  if (cluster === undefined) throw new Error("these tests need a cluster: run `npm run cluster up` first");
  quiet = kubeOf(loadKube(cluster)).watch({
    what: "Jobs of nobody",
    path: path("apis", "batch", "v1", "jobs"),
    selectors: { labelSelector: `${runLabel}=nobody` },
    project: (object) => object,
    onChange: () => {},
  });
  await quiet.synced;
  quietSinceMs = quiet.lastHeardMs;
}

function kubeOf(config: KubeConfig): Kube {
  return createKube({ config, clock: systemClock, random: Math.random, id, log: silentLog, namespace, instance: "test" });
}

const make = (where: string, body: object) =>
  eventually(() => kube.rest.call<{ readonly metadata: { readonly uid: string } }>("create", { method: "POST", path: where, body }));

const container = { name: "main", image: "localhost/none" };
const below = (...group: readonly string[]) => path(...group, "namespaces", namespace);
const podTemplate = { spec: { restartPolicy: "Never", containers: [container] } };

/** One of everything that the controller watches, all of the window `name`. */
async function makeOneOfEach(name: string): Promise<void> {
  const jobTemplate = { spec: { template: podTemplate } };
  const spec = { schedule: "0 2 * * *", jobTemplate };
  const windows = path("apis", ...apiVersion.split("/"), "namespaces", namespace, "exclusivewindows");
  const { body } = await make(windows, { apiVersion, kind: "ExclusiveWindow", metadata: { name }, spec });
  const owner = { apiVersion, kind: "ExclusiveWindow", name: `${name}-job`, uid: body.metadata.uid, controller: true };
  const metadata = { name, labels: { [runLabel]: "run" }, ownerReferences: [owner] };
  await make(`${below("apis", "batch", "v1")}/jobs`, { metadata, spec: { suspend: true, template: podTemplate } });
  const labels = { [runLabel]: "run", [windowLabel]: `${name}-pod` };
  await make(`${below("api", "v1")}/pods`, { metadata: { name, labels }, spec: podTemplate.spec });
  const app = { app: name };
  const deployment = {
    replicas: 0,
    selector: { matchLabels: app },
    template: { metadata: { labels: app }, spec: { containers: [container] } },
  };
  const annotations = { "exclusivewindow.dev/window": name };
  await make(`${below("apis", "apps", "v1")}/deployments`, { metadata: { name, annotations }, spec: deployment });
}

const allOf = (name: string) => [
  `window ${namespace}/${name}`,
  `part ${namespace}/${name}-job`,
  `part ${namespace}/${name}-pod`,
  `part ${namespace}/${name}`,
  `workload ${name}`,
];
const patience = { timeout: 90_000, interval: 20 };
const hears = (name: string) => expect.poll(() => heard, patience).toEqual(expect.arrayContaining(allOf(name)));
const problems = () => watches.all.filter(({ problem }) => problem !== undefined);

test("every watch of the controller goes on after the API server was stopped and started again, and misses nothing", async () => {
  await makeOneOfEach("before");
  await hears("before");
  await server.stop();
  await expect.poll(problems, patience).toHaveLength(watches.all.length);
  const failures = watches.all.map(({ counts }) => counts.failures);
  await expect.poll(() => watches.all.every(({ counts }, i) => counts.failures > (failures[i] ?? 0)), patience).toBe(true);
  await server.start();
  await makeOneOfEach("after");
  await hears("after");
  await expect.poll(problems, patience).toEqual([]);
  expect(watches.all.map(({ counts }) => [counts.missed, counts.handlerThrows])).toEqual(watches.all.map(() => [0, 0]));
});

test("where nothing happens a real API server's bookmarks are heard, so that quiet makes no leader unready", async () => {
  await expect.poll(() => quiet.lastHeardMs, { timeout: 170_000 }).toBeGreaterThan(quietSinceMs);
  expect(quiet.counts).toMatchObject({ lists: 1, watches: 1, failures: 0 });
  expect(watchesHear(() => ({ all: [quiet] }), systemClock).problem()).toBeUndefined();
}, 180_000);
