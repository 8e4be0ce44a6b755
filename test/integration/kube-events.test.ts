// Events on a real API server.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Event } from "../../src/kube/events.ts";
import { path, type Ref } from "../../src/kube/json.ts";
import { id, type KubeNamespace, kubeNamespace } from "../support/kube-namespace.ts";

let space: KubeNamespace;

beforeAll(async () => {
  space = await kubeNamespace();
});

afterAll(() => space?.remove());

describe("Events", () => {
  const about = (ref: Ref, changes: Partial<Event> = {}): Event => ({
    regarding: { apiVersion: "exclusivewindow.dev/v1alpha1", kind: "ExclusiveWindow", ...ref },
    type: "Normal",
    reason: "DrainStarted",
    action: "Drain",
    note: "processors are asked to pause",
    ...changes,
  });

  interface StoredEvent {
    readonly note: string;
    readonly reason: string;
    readonly reportingController: string;
    readonly series?: { readonly count: number };
  }
  async function stored(ref: Ref): Promise<readonly StoredEvent[]> {
    const where = path("apis", "events.k8s.io", "v1", "namespaces", space.name, "events");
    const { body } = await space.kube.rest.call<{ items: (StoredEvent & { regarding: { uid: string } })[] }>("list Events", {
      method: "GET",
      path: where,
    });
    return body.items.filter((event) => event.regarding.uid === ref.uid);
  }

  test("that say the same again are counted in the first", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    await space.kube.events.post(about(ref));
    await space.kube.events.post(about(ref));
    await space.kube.events.post(about(ref));
    await space.kube.events.post(about(ref, { note: "another note", type: "Warning" }));
    const all = await stored(ref);
    expect(all.map(({ note, series }) => [note, series?.count]).sort()).toEqual([
      ["another note", undefined],
      ["processors are asked to pause", 3],
    ]);
    expect(all[0]?.reportingController).toBe("exclusivewindow.dev/controller");
  });

  test("with a long note of wide characters are cut and told", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    await space.kube.events.post(about(ref, { note: "æ".repeat(2000) }));
    const [event] = await stored(ref);
    expect(Buffer.byteLength(event?.note ?? "")).toBeLessThanOrEqual(1024);
    expect(event?.note).toMatch(/^æ{500,}…$/);
  });

  test("that cannot be told do not throw", async () => {
    const ref = await space.createWindow(`window-${id()}`);
    await space.kube.events.post(about({ ...ref, namespace: "nowhere" }));
    await space.kube.events.post(about(ref, { action: "" }));
    await space.kube.events.post(about(ref));
    expect(await stored(ref)).toHaveLength(1);
  });
});
