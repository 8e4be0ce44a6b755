import type { V1Pod } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import type { Json } from "./json.ts";
import { podView } from "./pod-view.ts";

const nowMs = Date.parse("2026-03-01T03:00:00Z");
const view = (pod: Json<V1Pod>) => podView(pod, nowMs);
const ourGate = { name: "exclusivewindow.dev/locked" };

describe("a Pod's phase", () => {
  const cases: readonly { name: string; pod: Json<V1Pod>; phase: string; gated: boolean }[] = [
    { name: "our gate", pod: { spec: { schedulingGates: [ourGate] }, status: { phase: "Pending" } }, phase: "gated", gated: true },
    {
      name: "another gate",
      pod: { spec: { schedulingGates: [{ name: "x" }] }, status: { phase: "Pending" } },
      phase: "gated",
      gated: false,
    },
    { name: "no gate left", pod: { spec: {}, status: { phase: "Pending" } }, phase: "pending", gated: false },
    { name: "no status yet", pod: { spec: {} }, phase: "pending", gated: false },
    { name: "its containers run", pod: { status: { phase: "Running" } }, phase: "running", gated: false },
    { name: "nobody knows", pod: { status: { phase: "Unknown" } }, phase: "running", gated: false },
    { name: "success", pod: { status: { phase: "Succeeded" } }, phase: "ended", gated: false },
    { name: "failure", pod: { status: { phase: "Failed" } }, phase: "ended", gated: false },
  ];
  test.each(cases)("is $phase: $name", ({ pod, phase, gated }) => {
    expect(view(pod)).toMatchObject({ phase, gated });
  });

  test("is not ended while it is only being deleted", () => {
    const pod = { metadata: { deletionTimestamp: "2026-03-01T02:59:00Z" }, status: { phase: "Running" } };
    expect(view(pod)).toMatchObject({ phase: "running", deleting: true });
  });
});

describe("a Pod has started", () => {
  const cases: readonly { name: string; status: NonNullable<Json<V1Pod>["status"]>; started: boolean }[] = [
    { name: "not without a container's word", status: {}, started: false },
    {
      name: "not while its containers wait",
      status: { containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }] },
      started: false,
    },
    { name: "when one runs", status: { containerStatuses: [{ state: { waiting: {} } }, { state: { running: {} } }] }, started: true },
    { name: "when one has ended", status: { containerStatuses: [{ state: { terminated: { exitCode: 1 } } }] }, started: true },
    { name: "when an init container runs", status: { initContainerStatuses: [{ state: { running: {} } }] }, started: true },
    { name: "when one waits to be restarted", status: { containerStatuses: [{ state: { waiting: {} }, restartCount: 1 }] }, started: true },
  ];
  test.each(cases)("$name", ({ status, started }) => {
    expect(view({ status }).started).toBe(started);
  });
});

describe("a Pod is unreachable", () => {
  const until = (deletionTimestamp: string): Json<V1Pod> => ({
    metadata: { deletionTimestamp },
    spec: { nodeName: "n" },
    status: { phase: "Running" },
  });
  const ready = (contained: string): Json<V1Pod> => ({
    status: {
      phase: "Running",
      conditions: [
        { type: "Ready", status: "False" },
        { type: "ContainersReady", status: contained },
      ],
    },
  });
  const cases: readonly { name: string; pod: Json<V1Pod>; unreachable: boolean }[] = [
    { name: "not while it runs", pod: { status: { phase: "Running" } }, unreachable: false },
    { name: "not within its grace", pod: until("2026-03-01T02:59:30Z"), unreachable: false },
    { name: "long after its grace", pod: until("2026-03-01T02:58:59Z"), unreachable: true },
    { name: "when its node is lost", pod: { status: { phase: "Running", reason: "NodeLost" } }, unreachable: true },
    { name: "when somebody other than its kubelet called it not ready", pod: ready("True"), unreachable: true },
    { name: "not when a container is not ready", pod: ready("False"), unreachable: false },
    {
      name: "not once it has ended",
      pod: { ...until("2026-03-01T02:00:00Z"), status: { phase: "Failed", reason: "NodeLost" } },
      unreachable: false,
    },
    { name: "not when no node ever had it", pod: { metadata: { deletionTimestamp: "2026-03-01T02:00:00Z" } }, unreachable: false },
  ];
  test.each(cases)("$name", ({ pod, unreachable }) => {
    expect(view(pod).unreachable).toBe(unreachable);
  });
});

describe("what keeps a Pod", () => {
  test("is what its container waits for", () => {
    const waiting = { reason: "ImagePullBackOff", message: "no such image" };
    const containerStatuses = [{ state: { waiting: { reason: "PodInitializing" } } }, { state: { waiting } }];
    expect(view({ status: { containerStatuses } }).message).toBe("ImagePullBackOff: no such image");
  });

  test("is the scheduler's word where no container has one", () => {
    const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" }];
    expect(view({ status: { conditions } }).message).toBe("Unschedulable: 0/3 nodes are available");
  });

  test("is nothing while it is merely being created", () => {
    expect(view({ status: { containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }] } }).message).toBe("");
  });
});

test("the Job of a Pod is its controlling owner", () => {
  const ownerReferences = [
    { kind: "Job", uid: "other" },
    { kind: "Job", uid: "j", controller: true },
  ];
  expect(view({ metadata: { ownerReferences } }).jobUid).toBe("j");
  expect(view({ metadata: { ownerReferences: [{ kind: "ReplicaSet", uid: "r", controller: true }] } }).jobUid).toBeUndefined();
});
