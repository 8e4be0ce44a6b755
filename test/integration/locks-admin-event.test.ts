// What is changed by hand on a window's lock is told as an Event on the window, on a real API server.
import { mkdtempSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findCluster } from "../../dev/cluster/cluster.ts";
import { path as urlPath } from "../../src/kube/json.ts";
import { id, type KubeNamespace, kubeNamespace } from "../support/kube-namespace.ts";
import { aRun, promoted, queued } from "../support/lock-world.ts";
import { aLock, locks } from "../support/locks-admin.ts";
import { session, withServer } from "../support/server-gate.ts";

withServer();

let space: KubeNamespace;
let cluster: readonly string[];
beforeAll(async () => {
  space = await kubeNamespace();
  const { kubeconfig, context } = (await findCluster()) ?? expect.fail("no cluster is up");
  cluster = ["--kubeconfig", kubeconfig, "--context", context];
});
afterAll(() => space?.remove());

interface Told {
  readonly reason: string;
  readonly type: string;
  readonly note: string;
  readonly regarding: { readonly uid: string };
}

async function told(uid: string): Promise<readonly string[]> {
  const request = { method: "GET", path: urlPath("apis", "events.k8s.io", "v1", "namespaces", space.name, "events") } as const;
  const { body } = await space.kube.rest.call<{ items: Told[] }>("list Events", request);
  return body.items
    .filter(({ regarding }) => regarding.uid === uid)
    .map(({ type, reason, note }) => `${type} ${reason}: ${note}`)
    .sort();
}

describe("an Event", () => {
  test("tells the window whose run lost its lock by force, and names what was removed", async () => {
    const ours = await session();
    const window = await space.createWindow(`window-${id()}`);
    const lock = { path: `/shared/${window.name}`, signalPath: `/shared/${window.name}-signal` };
    const run = { ...aRun(window.name, [lock]), window };
    await queued(ours, run);
    await promoted(ours, run);
    expect(await locks(["write", "reset", lock.path, "--yes", "--force", ...cluster])).toMatchObject({ code: 0 });
    expect(await told(window.uid)).toEqual([
      `Warning LocksReset: exclusive-window locks write reset removed 1 lock nodes from ${lock.path}: ${space.name}/${window.name} run ${window.name}`,
    ]);
  });

  test("tells the window on whose own path processors were reset, and none where it is not wanted", async () => {
    const ours = await session();
    const window = await space.createWindow(`window-${id()}`);
    const path = `/exclusive-windows/${space.name}/${window.name}/lock`;
    await aLock(ours, path, "Curator", "read 10.0.0.8");
    expect(await locks(["read", "reset", path, "--yes", "--no-event", ...cluster])).toMatchObject({ code: 0 });
    expect(await told(window.uid)).toEqual([]);
    await aLock(ours, path, "Curator", "read 10.0.0.9");
    expect(await locks(["read", "reset", path, "--yes", ...cluster])).toMatchObject({ code: 0 });
    expect(await locks(["purge", path, ...cluster])).toMatchObject({ code: 0 });
    expect(await told(window.uid)).toEqual([
      expect.stringMatching(/^Warning LockPurged: .* removed \d nodes: /),
      expect.stringMatching(/^Warning LocksReset: .* removed 1 lock nodes from .*\/lock: 10\.0\.0\.9$/),
    ]);
  });

  test("that cannot be told is a warning, and what was asked for is done", async () => {
    const ours = await session();
    const empty = mkdtempSync("/tmp/no-kubeconfig-");
    const held = await aLock(ours, "/exclusive-windows/nowhere/nightly/lock", "Curator", "read");
    const args = ["read", "reset", "/exclusive-windows/nowhere/nightly/lock", "--yes", "--kubeconfig", `${empty}/none`];
    const { code, out, err } = await locks(args);
    rmSync(empty, { recursive: true });
    expect({ code, out }).toEqual({ code: 0, out: `${held} removed\n` });
    expect(err).toContain("warning: no Event tells nowhere/nightly of it: cannot read the kubeconfig");
  });
});
