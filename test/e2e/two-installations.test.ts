// Two installations with one ZooKeeper, each with a controller and windows of its own, that meet on one lock path. Two namespaces of
// one cluster stand for two clusters where both have to run Jobs; where one has to be blind to the other, it has an API server of its own.
import { beforeAll, expect, onTestFinished, test } from "vitest";
import type { HistoryEntry, RunRecord } from "../../src/crds/status.ts";
import { loadKube } from "../../src/kube/config.ts";
import { createKube } from "../../src/kube/kube.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { applyCrd, id } from "../support/kube-namespace.ts";
import { ownApiServer } from "../support/own-api-server.ts";
import { type ControllerProcess, startController } from "./support/controller-process.ts";
import type { Interval } from "./support/crowd.ts";
import { scripts } from "./support/job-scripts.ts";
import type { Site } from "./support/site.ts";
import { useStage } from "./support/stage.ts";
import { until } from "./support/until.ts";
import { createWindows } from "./support/windows.ts";

const stage = useStage();
let there: Site;

beforeAll(async () => {
  const here = stage();
  there = await here.aside();
  // What an administrator of the other cluster grants: the paths that the processors of this one use.
  await there.controller("other", { pathGrants: [{ namespace: there.namespace, prefixes: [`/${here.namespace}`] }] });
  await there.leader();
});

const ROUNDS = 4;

test("their runs exclude each other and the processors, however often both are asked for at the same moment", async () => {
  const here = stage();
  const processors = await here.crowd("met");
  const locks = [{ path: processors.lockPath }];
  await Promise.all([here, there].map((site) => site.windows.make("met", scripts.works(400), { locks })));
  const worked: { readonly interval: Interval; readonly token: bigint }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    await Promise.all([here, there].map((site) => site.windows.askForRun("met")));
    const runs = await Promise.all([here, there].map((site) => site.windows.ended("met", round)));
    for (const [i, site] of [here, there].entries()) worked.push(...(await workOf(site, runs[i])));
    await processors.working();
    for (const [i, site] of [here, there].entries())
      expect(await site.locks.standing({ id: runs[i]?.id ?? "" }, processors.lockPath)).toEqual([]);
  }
  expect(worked).toHaveLength(2 * ROUNDS);
  const inOrder = worked.toSorted((a, b) => (a.interval.start < b.interval.start ? -1 : 1));
  expect(inOrder.slice(1).filter(({ interval }, i) => interval.start <= (inOrder[i]?.interval.end ?? 0n))).toEqual([]);
  expect(processors.during(worked.map(({ interval }) => interval))).toBe(0);
  // Each has a fencing mark of its own; the czxid of the lock node makes their tokens grow together all the same.
  expect(inOrder.slice(1).filter(({ token }, i) => token <= (inOrder[i]?.token ?? 0n))).toEqual([]);
});

test("what one holds for a window that is gone is never released from another cluster; its own controller does, and then that one's turn comes", async () => {
  const here = stage();
  const far = await anotherCluster();
  const processors = await here.crowd("orphaned");
  await here.windows.make("orphaned", scripts.untilTold());
  await here.windows.runNow("orphaned");
  const run = await here.windows.run("orphaned", "has started its Job", ({ steps }) => steps.jobStartTime !== undefined);
  await (await here.leader()).kill();
  await here.kubectl("patch", "ew", "orphaned", "--type", "merge", "--patch", '{"metadata":{"finalizers":null}}');
  await here.windows.remove("orphaned");
  await until("the window is gone", () => here.windows.isGone("orphaned"));
  const standing = await here.locks.standing(run, processors.lockPath);
  expect(standing).toHaveLength(3);

  // A controller that begins to lead sweeps before anything else.
  await far.begin(`/${here.namespace}`);
  await far.windows.make("elsewhere", "");
  await far.windows.runNow("elsewhere");
  await far.windows.condition("elsewhere", "Exclusive", "True");
  await far.windows.make("waiting", "", { locks: [{ path: processors.lockPath }] });
  await far.windows.runNow("waiting");
  const isBehind = ({ blockedBy = [] }: RunRecord) => blockedBy.some((one) => one.includes(run.id));
  expect((await far.windows.run("waiting", "waits for the run of the other cluster", isBehind)).steps.exclusiveTime).toBeUndefined();
  expect(await here.locks.standing(run, processors.lockPath)).toEqual(expect.arrayContaining([...standing]));

  await here.controller("own-again");
  await far.windows.run("waiting", "is exclusive", ({ steps }) => steps.exclusiveTime !== undefined);
  const worked = await here.logs.intervals(run.jobName);
  expect([worked.length, processors.during(worked)]).toEqual([1, 0]);
  await far.windows.remove("waiting");
  await processors.working();
  expect(await here.locks.standing(run, processors.lockPath)).toEqual([]);
});

/** An API server of its own, on which nobody runs Jobs, and a controller that looks after it. */
async function anotherCluster() {
  const { cluster, zookeeper } = stage();
  const server = await ownApiServer();
  const far = { ...cluster, kubeconfig: server.kubeconfig, context: "own" };
  const namespace = `far-${id()}`;
  const kube = createKube({
    config: loadKube(far),
    clock: systemClock,
    random: Math.random,
    id,
    log: silentLog,
    namespace,
    instance: "far",
  });
  await applyCrd(kube);
  await kube.rest.call("create a namespace", { method: "POST", path: "/api/v1/namespaces", body: { metadata: { name: namespace } } });
  let controller: ControllerProcess | undefined;
  onTestFinished(async () => {
    await controller?.kill();
    await kube.rest.call("delete the namespace", { method: "DELETE", path: `/api/v1/namespaces/${namespace}` });
    await server.remove();
  });
  return {
    windows: createWindows(kube, namespace),
    async begin(granted: string) {
      const pathGrants = [{ namespace, prefixes: [`/${namespace}`, granted] }];
      controller = await startController({ cluster: far, namespace, name: "far", zookeeper: zookeeper.connectString, pathGrants });
    },
  };
}

async function workOf(site: Site, run: HistoryEntry | undefined) {
  expect(run?.result).toBe("Succeeded");
  const intervals = await site.logs.intervals(run?.jobName ?? "");
  expect(intervals).toHaveLength(1);
  return intervals.map((interval) => ({ interval, token: BigInt(run?.fencingToken ?? "0") }));
}
