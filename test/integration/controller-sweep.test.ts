// The sweep on a real cluster and a real ZooKeeper: a run whose window went with its finalizer stripped.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startZooKeeper, type ZooKeeperServer } from "../../dev/zookeeper/server.ts";
import { sweep } from "../../src/controller/sweep.ts";
import { path } from "../../src/kube/json.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { lookAtRun } from "../../src/zookeeper/run-look.ts";
import { eventually } from "../support/kube-namespace.ts";
import { lockOf, promoted, queued } from "../support/lock-world.ts";
import { aRun } from "../support/observed.ts";
import { offlineHands } from "../support/offline-hands.ts";
import { type RunJobs, runJobs } from "../support/run-jobs.ts";
import { aSession } from "../support/sessions.ts";

let server: ZooKeeperServer;
let run: RunJobs;

beforeAll(async () => {
  [server, run] = await Promise.all([startZooKeeper(), runJobs()]);
});
afterAll(async () => {
  await run?.remove();
  await server?.stop();
});

test("releases the locks of a run whose Pod somebody orphaned behind our gate, and leaves the Pod behind it", async () => {
  const session = await aSession(server.connectString);
  const hands = offlineHands(systemClock, session, { kube: run, installation: run.installation });
  const job = await run.started(run.manifest("exit 0"));
  await run.podWhen(job, (pod) => pod.gated);
  const identity = {
    installation: run.installation,
    runId: job.runId ?? "",
    window: { namespace: run.namespace, name: run.window.name, uid: run.window.uid },
    locks: [{ path: "/locks/p", signalPath: "/locks/p-signal" }],
  };
  await queued(session, identity);
  await promoted(session, identity);
  const held = async () => lockOf(await lookAtRun(session, identity)).node.kind;

  const windows = path("apis", "exclusivewindow.dev", "v1alpha1", "namespaces", run.namespace, "exclusivewindows", run.window.name);
  const status = { run: { ...aRun, id: identity.runId } };
  await run.rest.call("name the active run", {
    method: "PATCH",
    path: `${windows}/status`,
    contentType: "application/merge-patch+json",
    body: { status },
  });

  const jobPath = path("apis", "batch", "v1", "namespaces", run.namespace, "jobs", job.name);
  await run.rest.call("orphan the Job's Pods", { method: "DELETE", path: jobPath, body: { propagationPolicy: "Orphan" } });
  await run.podWhen(job, (pod) => pod.gated && pod.jobUid === undefined);
  await sweep(hands);
  expect(await held(), "while the window names it").toBe("promoted");

  await run.rest.call("delete the window", { method: "DELETE", path: windows });
  await eventually(async () => expect(await run.windows.get(run.namespace, run.window.name)).toBeUndefined());
  await eventually(async () => {
    await sweep(hands);
    expect(await held()).toBe("absent");
  });
  expect(await run.jobs.get(run.namespace, job.name)).toBeUndefined();
  expect(await run.podsOf(job)).toMatchObject([{ gated: true, started: false }]);
});
