import { expect, test } from "vitest";
import type { RunRecord, Status } from "../../src/crds/status.ts";
import type { RestRequest } from "../../src/kube/rest.ts";
import type { Operation } from "../../src/zookeeper/session.ts";
import { namesOfParents, namesOfRequest, namesOfTransaction } from "./calls.ts";

const run: RunRecord = {
  id: "run",
  trigger: "Request",
  slot: "now",
  scheduledTime: "2026-11-26T02:00:00Z",
  startTime: "2026-11-26T02:00:00Z",
  deadlineTime: "2026-11-26T06:00:00Z",
  jobName: "job",
  locks: [],
  steps: {},
};
const queued: RunRecord = { ...run, jobRef: { name: "job", uid: "uid" }, steps: { queuedTime: "2026-11-26T02:00:01Z" } };

const published = (status: Status): RestRequest => ({ method: "PATCH", path: "/windows/a/status", body: { status } });
const namesOf = (before: Status | undefined, now: Status) =>
  namesOfRequest("publish the status of ExclusiveWindow a/b", published(now), before);

test("a status write is named after what it remembers for the first time", () => {
  expect(namesOf(undefined, { run })).toEqual(["status: begin"]);
  expect(namesOf({ run }, { run: queued })).toEqual(["status: jobRef", "status: queuedTime"]);
  expect(namesOf({ run: queued }, {})).toEqual(["status: close"]);
});

test("a status write that only tells is no call of the run", () => {
  expect(namesOf({ run: queued }, { run: { ...queued, blockedBy: ["read lock of a"] } })).toEqual([]);
  expect(namesOf({}, { observedGeneration: 2 })).toEqual([]);
});

test("writes to Kubernetes have their names; looks, the lease and Events have none", () => {
  const request = (method: RestRequest["method"], path = "/x"): RestRequest => ({ method, path });
  expect(namesOfRequest("create Job a/b", request("POST"), undefined)).toEqual(["create Job"]);
  expect(namesOfRequest("dry-run Job a/b", request("POST"), undefined)).toEqual([]);
  expect(namesOfRequest("set the finalizer of a/b", request("PATCH", "/exclusivewindows/b"), undefined)).toEqual(["add finalizer"]);
  expect(namesOfRequest("remove the finalizer of a/b", request("PATCH", "/jobs/b"), undefined)).toEqual(["remove Job finalizer"]);
  expect(namesOfRequest("remove the finalizer of a/b", request("GET", "/jobs/b"), undefined)).toEqual([]);
  expect(namesOfRequest("renew Lease a/b", request("PUT"), undefined)).toEqual([]);
  expect(namesOfRequest("create Event Started for a/b", request("POST"), undefined)).toEqual([]);
});

test("a transaction is named after what becomes of the run's entry below _held", () => {
  const path = "/exclusive-windows/_held/main/run";
  const data = Buffer.alloc(0);
  const fence: Operation = { op: "set", path: "/exclusive-windows/_fences/a", data, version: 0 };
  const check: Operation = { op: "check", path, version: -1 };
  const remove: Operation = { op: "remove", path, version: -1 };
  const create = (mode: "ephemeral" | "persistent"): Operation => ({ op: "create", path, data, mode });
  expect(namesOfTransaction([fence, remove, create("ephemeral")])).toEqual(["queue"]);
  expect(namesOfTransaction([fence, check, remove, create("persistent")])).toEqual(["promote"]);
  expect(namesOfTransaction([fence, check])).toEqual(["raise"]);
  expect(namesOfTransaction([fence, remove])).toEqual(["release"]);
  expect(namesOfTransaction([fence])).toEqual([]);
  expect(namesOfParents("/exclusive-windows/_fences/a")).toEqual(["make fence"]);
  expect(namesOfParents("/orders/lock")).toEqual([]);
});
