// Windows on a real API server: what is written rests on the state that was looked at.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Status } from "../../src/crds/status.ts";
import { path, type Ref } from "../../src/kube/json.ts";
import { windowsPath } from "../../src/kube/windows.ts";
import { eventually, id, type KubeNamespace, kubeNamespace } from "../support/kube-namespace.ts";

let space: KubeNamespace;

beforeAll(async () => {
  space = await kubeNamespace();
});

afterAll(() => space?.remove());

interface Window {
  readonly metadata: Ref & { readonly finalizers?: readonly string[]; readonly labels?: object };
  readonly spec: object;
  readonly status?: Status;
}

async function look(ref: Ref): Promise<Window> {
  const window = await space.kube.windows.get(ref.namespace, ref.name);
  if (window === undefined) throw new Error(`${ref.name} is gone`);
  return window as Window;
}

const merge = (where: string, body: object) =>
  space.kube.rest.call("patch", { method: "PATCH", path: where, body, contentType: "application/merge-patch+json" });
const windowPath = (ref: Ref) => path("apis", "exclusivewindow.dev", "v1alpha1", "namespaces", ref.namespace, "exclusivewindows", ref.name);

describe("a status", () => {
  test("is published whole: what is left out is removed, and nothing else is touched", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    const first = await space.kube.windows.publishStatus(ref, { observedGeneration: 1, nextScheduleTime: "soon" });
    expect((await look(ref)).status).toEqual({ observedGeneration: 1, nextScheduleTime: "soon" });
    const { spec } = await look(ref);
    await space.kube.windows.publishStatus({ ...ref, ...first }, { observedGeneration: 2 });
    expect(await look(ref)).toMatchObject({ spec, status: { observedGeneration: 2 } });
    expect((await look(ref)).status).toEqual({ observedGeneration: 2 });
  });

  test("answers the version that the next one needs", async () => {
    let ref = await space.createWindow(`window-${id()}`);
    for (const observedGeneration of [1, 2, 3]) {
      ref = { ...ref, ...(await space.kube.windows.publishStatus(ref, { observedGeneration })) };
    }
    expect((await look(ref)).status).toEqual({ observedGeneration: 3 });
    expect((await look(ref)).metadata.resourceVersion).toBe(ref.resourceVersion);
  });

  test("decided on an older state is refused with Conflict, whoever changed it", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    await merge(windowPath(ref), { metadata: { labels: { team: "a" } } });
    await expect(space.kube.windows.publishStatus(ref, { observedGeneration: 1 })).rejects.toMatchObject({ code: "Conflict" });
    expect((await look(ref)).status?.observedGeneration).not.toBe(1);
  });

  test("of a window that was made anew is refused with Conflict", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    await space.kube.rest.call("delete", { method: "DELETE", path: windowPath(ref) });
    const again = await space.createWindow(ref.name);
    expect(again.uid).not.toBe(ref.uid);
    await expect(space.kube.windows.publishStatus(ref, { observedGeneration: 1 })).rejects.toMatchObject({ code: "Conflict" });
    expect((await look(again)).status?.observedGeneration).not.toBe(1);
  });

  test("of a window that is gone is refused with NotFound, and does not make one", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    await space.kube.rest.call("delete", { method: "DELETE", path: windowPath(ref) });
    await expect(space.kube.windows.publishStatus(ref, { observedGeneration: 1 })).rejects.toMatchObject({ code: "NotFound" });
    expect(await space.kube.windows.get(ref.namespace, ref.name)).toBeUndefined();
  });

  test("takes over what somebody else wrote into it", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    await merge(`${windowPath(ref)}/status`, { status: { observedGeneration: 99 } });
    const now = await look(ref);
    await space.kube.windows.publishStatus(now.metadata, { observedGeneration: 1 });
    expect((await look(ref)).status?.observedGeneration).toBe(1);
  });

  test("that the schema refuses is Invalid", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    const publish = space.kube.windows.publishStatus(ref, { nextScheduleTime: "x".repeat(41) });
    await expect(publish).rejects.toMatchObject({ code: "Invalid", message: expect.stringContaining("nextScheduleTime") });
  });
});

describe("a window's finalizer", () => {
  test("comes and goes beside those of others", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    await merge(windowPath(ref), { metadata: { finalizers: ["example.com/theirs"] } });
    const set = await space.kube.windows.setFinalizer((await look(ref)).metadata, true);
    expect((await look(ref)).metadata.finalizers).toEqual(["example.com/theirs", "exclusivewindow.dev/locks"]);
    const again = await space.kube.windows.setFinalizer({ ...ref, ...set }, true);
    expect(again).toEqual(set);
    await space.kube.windows.setFinalizer({ ...ref, ...again }, false);
    expect((await look(ref)).metadata.finalizers).toEqual(["example.com/theirs"]);
  });

  test("is not touched on an older state, or on a window made anew", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    await merge(windowPath(ref), { metadata: { labels: { team: "a" } } });
    await expect(space.kube.windows.setFinalizer(ref, true)).rejects.toMatchObject({ code: "Conflict" });
    const now = await look(ref);
    const other = { ...now.metadata, uid: "11111111-2222-3333-4444-555555555555" };
    await expect(space.kube.windows.setFinalizer(other, true)).rejects.toMatchObject({ code: "Conflict" });
    expect((await look(ref)).metadata.finalizers).toBeUndefined();
  });

  test("keeps a deleted window until it is taken away", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    const set = await space.kube.windows.setFinalizer(ref, true);
    await space.kube.rest.call("delete", { method: "DELETE", path: windowPath(ref) });
    const held = await look(ref);
    expect(held.metadata.resourceVersion).not.toBe(set.resourceVersion);
    await space.kube.windows.setFinalizer(held.metadata, false);
    expect(await space.kube.windows.get(ref.namespace, ref.name)).toBeUndefined();
  });
});

test("windows of every namespace are listed and watched", async () => {
  const seen = new Set<string>();
  const watch = space.kube.watch<Ref>({
    what: "ExclusiveWindows",
    path: windowsPath,
    project: (object) => ({ ...(object as Window).metadata }),
    onChange: ({ kind, object }) => void seen.add(`${kind} ${object.name}`),
  });
  await watch.synced;
  const ref = await space.createWindow(`window-${id()}`);
  await eventually(async () => expect(seen).toContain(`present ${ref.name}`));
  expect((await space.kube.windows.list()).map((window) => (window as Window).metadata.name)).toContain(ref.name);
  await space.kube.rest.call("delete", { method: "DELETE", path: windowPath(ref) });
  await eventually(async () => expect(seen).toContain(`gone ${ref.name}`));
  expect(watch.problem).toBeUndefined();
  watch.stop();
});
