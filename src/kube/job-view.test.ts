import type { V1Job, V1JobCondition } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { jobView } from "./job-view.ts";
import type { Json } from "./json.ts";

const said = (...conditions: readonly Json<V1JobCondition>[]): Json<V1Job> => ({ spec: {}, status: { conditions } });

describe("a Job's phase", () => {
  const cases: readonly { name: string; job: Json<V1Job>; phase: string }[] = [
    { name: "suspended by its spec", job: { spec: { suspend: true } }, phase: "suspended" },
    { name: "active without a word about its end", job: { spec: { suspend: false } }, phase: "active" },
    { name: "active without a status", job: {}, phase: "active" },
    { name: "complete", job: said({ type: "Complete", status: "True" }), phase: "complete" },
    { name: "failed", job: said({ type: "Failed", status: "True" }), phase: "failed" },
    { name: "active while only its success is foreseen", job: said({ type: "SuccessCriteriaMet", status: "True" }), phase: "active" },
    { name: "active while only its failure is foreseen", job: said({ type: "FailureTarget", status: "True" }), phase: "active" },
    { name: "active when a condition is not true", job: said({ type: "Failed", status: "False" }), phase: "active" },
    {
      name: "failed when it was foreseen first",
      job: said({ type: "FailureTarget", status: "True" }, { type: "Failed", status: "True" }),
      phase: "failed",
    },
    {
      name: "failed although it was suspended since",
      job: { spec: { suspend: true }, status: { conditions: [{ type: "Failed", status: "True" }] } },
      phase: "failed",
    },
  ];
  test.each(cases)("is $phase: $name", ({ job, phase }) => {
    expect(jobView(job).phase).toBe(phase);
  });
});

describe("a Job's deletion", () => {
  const deletionTimestamp = "2026-03-01T02:00:00Z";
  const cases = [
    { name: "none", metadata: { finalizers: ["foregroundDeletion"] }, deleting: "no" },
    { name: "its Pods live on", metadata: { deletionTimestamp, finalizers: ["exclusivewindow.dev/locks"] }, deleting: "background" },
    { name: "its Pods go first", metadata: { deletionTimestamp, finalizers: ["x", "foregroundDeletion"] }, deleting: "foreground" },
  ];
  test.each(cases)("is $deleting: $name", ({ metadata, deleting }) => {
    expect(jobView({ metadata }).deleting).toBe(deleting);
  });
});

test("what identifies a run is read from labels, annotations and the controlling owner", () => {
  const view = jobView({
    metadata: {
      namespace: "orders",
      name: "nightly-0200",
      uid: "u",
      resourceVersion: "7",
      creationTimestamp: "2026-03-01T01:59:00Z",
      labels: { "exclusivewindow.dev/run-id": "run-1" },
      annotations: { "exclusivewindow.dev/fencing-token": "42" },
      finalizers: ["exclusivewindow.dev/locks"],
      ownerReferences: [
        { kind: "ExclusiveWindow", uid: "not controlling" },
        { kind: "ExclusiveWindow", uid: "w", controller: true },
      ],
    },
    status: {
      startTime: "2026-03-01T02:00:00Z",
      conditions: [
        { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "gave up", lastTransitionTime: "2026-03-01T02:10:00Z" },
      ],
    },
  });
  expect(view).toEqual({
    namespace: "orders",
    name: "nightly-0200",
    uid: "u",
    resourceVersion: "7",
    phase: "failed",
    message: "BackoffLimitExceeded: gave up",
    deleting: "no",
    finalizer: true,
    token: "42",
    runId: "run-1",
    windowUid: "w",
    createdTime: "2026-03-01T01:59:00Z",
    startTime: "2026-03-01T02:00:00Z",
    endTime: "2026-03-01T02:10:00Z",
  });
});

test("a Job of somebody else has no window", () => {
  const ownerReferences = [{ kind: "CronJob", uid: "c", controller: true }];
  expect(jobView({ metadata: { ownerReferences } }).windowUid).toBeUndefined();
});
