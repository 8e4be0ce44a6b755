// The leader's wiring on a real ZooKeeper: what is told, counted and forgotten. Kubernetes is made up: one window and no Jobs,
// so that the wall clock can be set and a window can go while no judgement of it has grown old.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import { type Config, parseConfig } from "../../src/controller/config.ts";
import { lead } from "../../src/controller/lead.ts";
import { createMetrics } from "../../src/controller/metrics.ts";
import type { Kube } from "../../src/kube/kube.ts";
import type { WatchedObject } from "../../src/kube/watch-store.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { type LogFields, silentLog } from "../../src/shared/log.ts";
import { offlineKube } from "../support/offline-hands.ts";
import { windowObject } from "../support/window-object.ts";

let server: ZooKeeperServer;

beforeAll(async () => {
  server = await startZooKeeper();
});
afterAll(() => server?.stop());

const patience = { timeout: 60_000 };
const HOUR = 3_600_000;

function config(): Config {
  const file = JSON.stringify({ zookeeper: { servers: server.connectString }, installation: `test-${randomUUID()}` });
  return {
    ...parseConfig(file, "the test"),
    identity: "test",
    namespace: "test",
    zookeeperLogin: undefined,
    healthPort: 0,
    metricsPort: 0,
    kubeconfig: undefined,
    context: undefined,
  };
}

/** Without a finalizer and with its run request answered: a window that waits for its schedule. */
const { metadata, ...rest } = windowObject({}, { lastHandledRunRequest: "2026-11-23T16:00:00Z" });
const waiting = { ...rest, metadata: { ...Object(metadata), finalizers: [] } };

/** A cluster of one window; `tell` is the watch of windows, `asked` counts calls. */
function aCluster() {
  const asked = { dryRuns: 0, looks: 0 };
  const heard: ((kind: "present" | "gone", object: WatchedObject) => void)[] = [];
  const offline = offlineKube(systemClock);
  const get = async () => {
    asked.looks += 1;
    return waiting;
  };
  const dryRun = async () => {
    asked.dryRuns += 1;
    return { warnings: [] };
  };
  const kube: Kube = {
    ...offline,
    cluster: { uid: async () => "this-cluster" },
    windows: { ...offline.windows, get, list: async () => [waiting], publishStatus: async () => ({ resourceVersion: "224" }) },
    jobs: { ...offline.jobs, dryRun, listByInstallation: async () => [] },
    events: { post: async () => {} },
    watch({ what, project, onChange }) {
      if (what === "ExclusiveWindows") heard.push((kind, object) => onChange({ kind, object: project(object) }));
      const counts = { lists: 1, watches: 1, failures: 0, missed: 0, handlerThrows: 0 };
      return { what, lastHeardMs: 0, problem: undefined, counts, synced: Promise.resolve(), objects: () => [], stop() {} };
    },
  };
  return { kube, asked, tell: (kind: "present" | "gone") => heard[0]?.(kind, waiting) };
}

function aLeader() {
  const cluster = aCluster();
  const ahead = { ms: 0 };
  const clock = { ...systemClock, now: () => systemClock.now() + ahead.ms };
  const warnings: (readonly [message: string, fields: LogFields | undefined])[] = [];
  const log = { ...silentLog, warn: (message: string, fields?: LogFields) => void warnings.push([message, fields]) };
  const metrics = createMetrics("2026a");
  const stopping = new AbortController();
  const parts = { config: config(), kube: cluster.kube, clock, random: Math.random, log, metrics, watching: () => {} };
  const ended = lead(parts, stopping.signal);
  const stop = () => {
    stopping.abort();
    return ended;
  };
  onTestFinished(stop);
  return { ...cluster, ahead, warnings, metrics, stop };
}

test("a wall clock that is set back is told and counted, and a window that waits for its schedule is looked at", async () => {
  const { ahead, asked, tell, warnings, metrics } = aLeader();
  tell("present");
  await expect.poll(() => asked.dryRuns, patience).toBe(1);
  const looks = asked.looks;
  ahead.ms = -HOUR;
  await expect.poll(() => warnings, patience).toHaveLength(1);
  const [message, fields] = warnings[0] ?? [];
  expect(message).toContain("the wall clock stepped");
  expect(Math.abs(Number(fields?.["milliseconds"]) + HOUR)).toBeLessThan(2_000);
  expect((await metrics.page()).body).toMatch(/^exclusivewindow_clock_steps_total 1$/m);
  await expect.poll(() => asked.looks, patience).toBeGreaterThan(looks);
});

test("a window that is gone is forgotten: one like it is judged anew", async () => {
  const { asked, tell } = aLeader();
  tell("present");
  await expect.poll(() => asked.dryRuns, patience).toBe(1);
  tell("gone");
  tell("present");
  await expect.poll(() => asked.dryRuns, patience).toBe(2);
});

test("a leader that ends measures its windows no more, since another one does", async () => {
  const { tell, metrics, stop } = aLeader();
  const measured = async () => (await metrics.page()).body.includes('exclusivewindow_participant_pods{namespace="');
  tell("present");
  await expect.poll(measured, patience).toBe(true);
  await stop();
  expect(await measured()).toBe(false);
});
