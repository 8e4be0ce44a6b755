// A window as the API server hands it out, and windows that break one rule each: the unit tests ask `holds` of the rule, and
// test/integration/crd.test.ts asks the CEL of the same rule on a real API server.
import { apiVersion, kind } from "../../src/crds/meta.ts";
import { refusedHours } from "./refused-hours.ts";

interface Json {
  readonly [key: string]: unknown;
}

/** What differs from the plain window; undefined removes a field. */
export interface Changes {
  readonly spec?: Json;
  /** Of jobTemplate.spec. */
  readonly job?: Json;
  /** Of jobTemplate.spec.template.spec. */
  readonly pod?: Json;
  /** jobTemplate.metadata. */
  readonly jobMetadata?: Json;
}

export function windowSpec({ spec, job, pod, jobMetadata }: Changes = {}): Json {
  const podSpec = { restartPolicy: "Never", containers: [{ name: "job", image: "busybox" }], ...pod };
  const metadata = jobMetadata === undefined ? {} : { metadata: jobMetadata };
  return { schedule: "0 2 * * *", jobTemplate: { ...metadata, spec: { template: { spec: podSpec }, ...job } }, ...spec };
}

/** As a user writes it. */
export function windowManifest(name: string, namespace: string, changes: Changes = {}): Json {
  return { apiVersion, kind, metadata: { name, namespace }, spec: windowSpec(changes) };
}

/** As the API server answers it. */
export function windowObject(changes: Changes = {}, status: unknown = { observedGeneration: -1 }): Json {
  const metadata = {
    name: "nightly",
    namespace: "orders",
    uid: "7d0f4a5e-8a43-4dcb-a8b0-8e5c1f7b2a11",
    resourceVersion: "223",
    generation: 3,
    creationTimestamp: "2026-11-23T15:06:01Z",
    finalizers: ["exclusivewindow.dev/locks"],
    annotations: { "exclusivewindow.dev/run-requested-at": "2026-11-23T16:00:00Z" },
  };
  return { apiVersion, kind, metadata, spec: windowSpec(changes), status };
}

export interface RefusedWindow {
  readonly name: string;
  readonly changes: Changes;
  /** The field that is blamed. */
  readonly field: string;
  /** Part of what the user is told. */
  readonly says: string;
}

const long = "a".repeat(65);

/** One for each rule. */
export const refusedWindows: readonly RefusedWindow[] = [
  {
    name: "a zone in the schedule",
    changes: { spec: { schedule: "CRON_TZ=UTC 0 2 * * *" } },
    field: "spec.schedule",
    says: "spec.timeZone",
  },
  { name: "@every", changes: { spec: { schedule: "@every 15m" } }, field: "spec.schedule", says: "*/15 * * * *" },
  { name: "a relative path", changes: { spec: { locks: [{ path: "/a/../b" }] } }, field: "spec.locks[0].path", says: "relative" },
  { name: "a path that ends in a dot", changes: { spec: { locks: [{ path: "/a/." }] } }, field: "spec.locks[0].path", says: "relative" },
  { name: "a long segment", changes: { spec: { locks: [{ path: `/${long}` }] } }, field: "spec.locks[0].path", says: "64 characters" },
  {
    name: "a signal that is the lock path",
    changes: { spec: { locks: [{ path: "/a", signalPath: "/a" }] } },
    field: "spec.locks[0].signalPath",
    says: "must not be the lock path",
  },
  {
    name: "a signal below the lock path",
    changes: { spec: { locks: [{ path: "/a", signalPath: "/a/signal" }] } },
    field: "spec.locks[0].signalPath",
    says: "must not be the lock path",
  },
  {
    name: "a signal above the lock path",
    changes: { spec: { locks: [{ path: "/a/lock", signalPath: "/a" }] } },
    field: "spec.locks[0].signalPath",
    says: "must not be the lock path",
  },
  {
    name: "a lock path below another",
    changes: {
      spec: {
        locks: [
          { path: "/a/b", signalPath: "/s" },
          { path: "/a", signalPath: "/s" },
        ],
      },
    },
    field: "spec.locks",
    says: "below another lock path",
  },
  {
    name: "the default signal of one lock is another lock path",
    changes: { spec: { locks: [{ path: "/a" }, { path: "/a-signal" }] } },
    field: "spec.locks",
    says: "another lock path of this window",
  },
  {
    name: "the signal of one lock above another lock path",
    changes: { spec: { locks: [{ path: "/a", signalPath: "/b" }, { path: "/b/lock" }] } },
    field: "spec.locks",
    says: "another lock path of this window",
  },
  ...refusedHours,
  { name: "suspend", changes: { job: { suspend: false } }, field: "spec.jobTemplate.spec.suspend", says: "set spec.suspend" },
  { name: "managedBy", changes: { job: { managedBy: "example.com/x" } }, field: "spec.jobTemplate.spec.managedBy", says: "managedBy out" },
  {
    name: "manualSelector",
    changes: { job: { manualSelector: true } },
    field: "spec.jobTemplate.spec.selector",
    says: "manualSelector out",
  },
  {
    name: "selector",
    changes: { job: { selector: { matchLabels: { a: "b" } } } },
    field: "spec.jobTemplate.spec.selector",
    says: "manualSelector out",
  },
  {
    name: "a Pod that is replaced while it terminates",
    changes: { job: { podReplacementPolicy: "TerminatingOrFailed" } },
    field: "spec.jobTemplate.spec.podReplacementPolicy",
    says: "set it to Failed",
  },
  {
    name: "a Pod bound to a node",
    changes: { pod: { nodeName: "node-1" } },
    field: "spec.jobTemplate.spec.template.spec.nodeName",
    says: "kubernetes.io/hostname",
  },
  {
    name: "a queue of Kueue",
    changes: { jobMetadata: { labels: { "kueue.x-k8s.io/queue-name": "q" } } },
    field: "spec.jobTemplate.metadata.labels",
    says: "Kueue",
  },
  {
    name: "a grace as long as the window",
    changes: { spec: { windowDeadlineSeconds: 60, drainGraceSeconds: 60 } },
    field: "spec.windowDeadlineSeconds",
    says: "raise windowDeadlineSeconds",
  },
];

/** Near each rule, and allowed by it. */
export const acceptedWindows: readonly { readonly name: string; readonly changes: Changes }[] = [
  { name: "nothing but what is required", changes: {} },
  { name: "a short name for a schedule", changes: { spec: { schedule: "@daily" } } },
  { name: "a segment of 64 characters", changes: { spec: { locks: [{ path: `/${"a".repeat(64)}` }] } } },
  { name: "names with dots", changes: { spec: { locks: [{ path: "/a..b/...", signalPath: "/.a" }] } } },
  {
    name: "two locks with one signal",
    changes: {
      spec: {
        locks: [
          { path: "/a/1", signalPath: "/s" },
          { path: "/a/2", signalPath: "/s" },
        ],
      },
    },
  },
  { name: "a lock path that another begins with", changes: { spec: { locks: [{ path: "/a" }, { path: "/ab" }] } } },
  { name: "a lock without a signal", changes: { spec: { locks: [{ path: "/a", signalPath: "" }, { path: "/b" }] } } },
  { name: "locks of the hour", changes: { spec: { locks: [{ path: "/a/{yyyy}-{MM}-{dd}/{hour}", signalPath: "/s/{date}" }] } } },
  {
    name: "256 hours, and a lock that processors hold",
    changes: {
      spec: {
        requireParticipants: true,
        locks: [{ path: "/a/{date}/{hour}/x", signalPath: "", hours: { from: -8760, to: -8504 } }, { path: "/b" }],
      },
    },
  },
  { name: "replacement after failure", changes: { job: { podReplacementPolicy: "Failed" } } },
  { name: "labels of the user", changes: { jobMetadata: { labels: { team: "orders" } } } },
  { name: "a grace just shorter than the window", changes: { spec: { windowDeadlineSeconds: 61, drainGraceSeconds: 60 } } },
];
