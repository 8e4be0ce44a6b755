import { describe, expect, test } from "vitest";
import { manualClock } from "../../test/support/manual-clock.ts";
import { offlineKube } from "../../test/support/offline-hands.ts";
import { windowObject } from "../../test/support/window-object.ts";
import { parseWindow } from "../crds/parse.ts";
import type { Event } from "../kube/events.ts";
import type { WorkloadKind, WorkloadView } from "../kube/workloads.ts";
import { createEnrolment } from "./enrolment.ts";
import { type Seen, workloadKey } from "./hands.ts";

function anEnrolment() {
  const clock = manualClock();
  const offline = offlineKube(clock);
  const told: Event[] = [];
  const post = async (event: Event) => void told.push(event);
  const seen: Seen = { windows: new Map(), jobs: new Map(), workloads: new Map() };
  const enrolment = createEnrolment({ kube: { ...offline, events: { post } }, seen, clock });
  const see = (kind: WorkloadKind, facts: Partial<WorkloadView>) => {
    const view = {
      kind,
      namespace: "orders",
      name: "events",
      uid: `uid-${kind}`,
      generation: 1,
      windows: [],
      malformed: undefined,
      ...facts,
    };
    seen.workloads.set(workloadKey(view), view);
    enrolment.check(view);
  };
  const lose = (kind: WorkloadKind) => enrolment.forget({ uid: `uid-${kind}` });
  return { clock, seen, told, see, lose, open: () => enrolment.open() };
}

describe("a workload that is annotated wrongly", () => {
  test.each([
    ["Deployment", "apps/v1"],
    ["StatefulSet", "apps/v1"],
    ["DaemonSet", "apps/v1"],
    ["Rollout", "argoproj.io/v1alpha1"],
  ] as const)("as a %s is told that its window does not exist, once and on itself", async (kind, apiVersion) => {
    const { clock, told, see, open } = anEnrolment();
    open();
    for (const _ of [1, 2]) see(kind, { windows: ["nowhere"] });
    await clock.advance(9999);
    expect(told).toEqual([]);
    await clock.advance(1);
    see(kind, { windows: ["nowhere"] });
    await clock.advance(10_000);
    expect(told).toEqual([
      {
        regarding: { apiVersion, kind, namespace: "orders", name: "events", uid: `uid-${kind}` },
        type: "Warning",
        reason: "WindowNotFound",
        action: "Enrol",
        note: expect.stringContaining('names "nowhere"; there is no ExclusiveWindow of that name in namespace orders'),
      },
    ]);
  });

  test("is not told of a window that was made in the meantime, nor of one that it no longer names", async () => {
    const { clock, seen, told, see, open } = anEnrolment();
    open();
    see("Deployment", { windows: ["nightly"] });
    see("StatefulSet", { windows: ["nowhere"] });
    const parsed = parseWindow(windowObject());
    if (parsed.kind === "window") seen.windows.set("orders/nightly", parsed.window);
    see("StatefulSet", { windows: [] });
    await clock.advance(10_000);
    expect(told).toEqual([]);
  });

  test("is told again when it was put right by leaving the annotation out, and leaves nothing behind when it goes", async () => {
    const { clock, told, see, lose, open } = anEnrolment();
    open();
    for (const _ of [1, 2]) {
      see("Deployment", { windows: ["nowhere"], malformed: "nowhere,X" });
      await clock.advance(10_000);
      lose("Deployment");
    }
    expect(told.map(({ reason }) => reason)).toEqual([
      "InvalidWindowAnnotation",
      "WindowNotFound",
      "InvalidWindowAnnotation",
      "WindowNotFound",
    ]);
    see("Deployment", { windows: ["nowhere"] });
    lose("Deployment");
    expect(clock.waiting).toBe(0);
  });

  test("is told of a text that cannot be a window's name, once for each text", async () => {
    const { told, see, open } = anEnrolment();
    see("DaemonSet", { malformed: "orders/nightly" });
    expect(told).toEqual([]);
    open();
    see("DaemonSet", { malformed: "orders/nightly" });
    expect(told).toMatchObject([
      { reason: "InvalidWindowAnnotation", note: expect.stringContaining('is "orders/nightly": write the names') },
    ]);
    for (const malformed of [`x,${"Y".repeat(1000)}`, "orders/nightly", undefined, "orders/nightly"]) see("DaemonSet", { malformed });
    expect(told).toHaveLength(4);
    expect(told[1]?.note.length).toBeLessThan(600);
  });
});
