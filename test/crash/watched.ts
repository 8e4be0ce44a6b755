// What the API server says of one window's runs while a cell of the matrix goes on: Jobs, Pods and the status, heard by watches.
import type { V1Job, V1Pod } from "@kubernetes/client-node";
import { finalizer, runLabel } from "../../src/crds/meta.ts";
import { parseWindow } from "../../src/crds/parse.ts";
import { jobView } from "../../src/kube/job-view.ts";
import { type Json, path } from "../../src/kube/json.ts";
import type { Kube } from "../../src/kube/kube.ts";
import { podView } from "../../src/kube/pod-view.ts";
import { windowsPath } from "../../src/kube/windows.ts";
import type { ExclusiveClaim, Instant, JobLife } from "../support/history/history.ts";

export interface Watched {
  readonly jobs: readonly JobLife[];
  readonly claims: readonly ExclusiveClaim[];
  /** The uid of the Job that controls the Pod. */
  jobOf(pod: string): string;
  /** Objects of the namespace that bear our finalizer, read now. */
  finalizers(): Promise<readonly string[]>;
  stop(): void;
}

const now = (): Instant => process.hrtime.bigint();

export async function watchNamespace(kube: Kube, namespace: string): Promise<Watched> {
  const jobs = new Map<string, JobLife>();
  const claims: ExclusiveClaim[] = [];
  const jobOfPod = new Map<string, string>();
  const jobsPath = path("apis", "batch", "v1", "namespaces", namespace, "jobs");
  const windows = windowsPath.replace(/\/([^/]+)$/, `/namespaces/${namespace}/$1`);
  const watches = [
    kube.watch({
      what: "Jobs",
      path: jobsPath,
      project: (object) => jobView(object as Json<V1Job>),
      onChange: ({ kind, object }) => void jobs.set(object.uid, lifeOf(object, kind === "gone", jobs.get(object.uid))),
    }),
    kube.watch({
      what: "Pods",
      path: path("api", "v1", "namespaces", namespace, "pods"),
      selectors: { labelSelector: runLabel },
      project: (object) => podView(object as Json<V1Pod>, 0),
      onChange: ({ object }) => void jobOfPod.set(object.name, object.jobUid ?? ""),
    }),
    kube.watch({
      what: "windows",
      path: windows,
      project: claimedRun,
      onChange: ({ object }) => void (object !== undefined && claims.push({ runId: object, at: now() })),
    }),
  ];
  await Promise.all(watches.map(({ synced }) => synced));
  const held = async (where: string) => {
    type Listing = { readonly items: readonly { readonly metadata: { readonly name: string; readonly finalizers?: readonly string[] } }[] };
    const { items } = (await kube.rest.call<Listing>("list", { method: "GET", path: where })).body;
    return items.filter(({ metadata }) => metadata.finalizers?.includes(finalizer)).map(({ metadata }) => metadata.name);
  };
  return {
    claims,
    get jobs() {
      return [...jobs.values()];
    },
    jobOf: (pod) => jobOfPod.get(pod) ?? "",
    finalizers: async () => (await Promise.all([windows, jobsPath].map(held))).flat(),
    stop() {
      for (const watch of watches) watch.stop();
    },
  };
}

function lifeOf(job: ReturnType<typeof jobView>, isGone: boolean, before: JobLife | undefined): JobLife {
  const isStarted = job.phase !== "suspended" && job.token !== undefined;
  const startedAt = before?.startedAt ?? (isStarted ? now() : undefined);
  const endedAt = before?.endedAt ?? (job.endTime === undefined ? undefined : instantOf(job.endTime)) ?? (isGone ? now() : undefined);
  return { uid: job.uid, runId: job.runId ?? "", startedAt, endedAt };
}

function claimedRun(object: unknown): string | undefined {
  const parsed = parseWindow(object);
  if (parsed.kind === "invalid") return undefined;
  const { run, conditions = [] } = parsed.window.status;
  return conditions.some(({ type, status }) => type === "Exclusive" && status === "True") ? run?.id : undefined;
}

/** A time of the wall clock on the monotonic one. */
export function instantOf(time: string | number): Instant {
  const agoMs = Date.now() - new Date(time).getTime();
  return now() - BigInt(Math.round(agoMs)) * 1_000_000n;
}
