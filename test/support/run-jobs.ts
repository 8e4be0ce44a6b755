// A run's Jobs and Pods on a real cluster, in a namespace of their own, and how to wait for what they become.
import type { V1Job, V1JobSpec } from "@kubernetes/client-node";
import { jobManifest } from "../../src/kube/job-manifest.ts";
import type { JobView } from "../../src/kube/job-view.ts";
import { path, type Ref } from "../../src/kube/json.ts";
import type { Kube } from "../../src/kube/kube.ts";
import type { PodView } from "../../src/kube/pod-view.ts";
import { eventually, id, type KubeNamespace, kubeNamespace } from "./kube-namespace.ts";

export interface RunJobs extends Kube {
  readonly namespace: string;
  readonly window: Ref;
  readonly installation: string;
  /** A Job with one container that runs this script; `spec` and `podSpec` replace what they name. */
  manifest(script: string, spec?: Partial<V1JobSpec>, podSpec?: object): V1Job;
  made(manifest: V1Job): Promise<JobView>;
  look(name: string): Promise<JobView>;
  podsOf(job: JobView): Promise<readonly PodView[]>;
  podWhen(job: JobView, fits: (pod: PodView) => boolean): Promise<PodView>;
  jobWhen(name: string, fits: (job: JobView) => boolean): Promise<JobView>;
  noPods(job: JobView): Promise<void>;
  /** Acts on the latest state, again while the cluster is faster: everything is refused on an older one. */
  fresh(name: string, act: (job: JobView) => Promise<unknown>): Promise<void>;
  /** Unsuspended, its Pods still gated. */
  started(manifest: V1Job): Promise<JobView>;
  /** Started, and its Pod let go. */
  letGo(manifest: V1Job): Promise<JobView>;
  remove(): Promise<void>;
}

/** `labels` are the namespace's. */
export async function runJobs(labels: Readonly<Record<string, string>> = {}): Promise<RunJobs> {
  const space = await kubeNamespace(labels);
  const window = await space.createWindow("nightly");
  const account = path("api", "v1", "namespaces", space.name, "serviceaccounts", "default");
  await eventually(() => space.kube.rest.call("read the account", { method: "GET", path: account }));
  const installation = `test-${id()}`;
  return {
    ...space.kube,
    ...(await waiting(space)),
    namespace: space.name,
    window,
    installation,
    manifest: (script, spec = {}, podSpec = {}) => manifest(window, installation, { script, spec, podSpec }),
    remove: space.remove,
  };
}

function waiting({ kube, name: namespace }: KubeNamespace) {
  const podsOf = (job: JobView) => kube.pods.listOfJobs(namespace, [job.uid]);

  async function look(name: string): Promise<JobView> {
    const job = await kube.jobs.get(namespace, name);
    if (job === undefined) throw new Error(`Job ${name} is gone`);
    return job;
  }

  function podWhen(job: JobView, fits: (pod: PodView) => boolean): Promise<PodView> {
    return eventually(async () => {
      const all = await podsOf(job);
      const found = all.find(fits);
      if (found === undefined) throw new Error(`no such Pod among ${JSON.stringify(all)}`);
      return found;
    });
  }

  const fresh = async (name: string, act: (job: JobView) => Promise<unknown>) => {
    await eventually(async () => act(await look(name)));
  };

  async function made(job: V1Job): Promise<JobView> {
    const answer = await kube.jobs.create(job);
    if (answer.kind !== "created") throw new Error(`Job ${job.metadata?.name} existed`);
    return await look(job.metadata?.name ?? "");
  }

  async function started(job: V1Job): Promise<JobView> {
    const { name } = await made(job);
    await fresh(name, (now) => kube.jobs.start(now, { token: "7", activeDeadlineSeconds: 600 }));
    return await look(name);
  }

  return {
    look,
    podsOf,
    podWhen,
    fresh,
    made,
    started,
    async letGo(manifest: V1Job) {
      const job = await started(manifest);
      await eventually(async () => kube.pods.letGo(await podWhen(job, (pod) => pod.gated), "7"));
      return job;
    },
    jobWhen(name: string, fits: (job: JobView) => boolean) {
      return eventually(async () => {
        const job = await look(name);
        if (!fits(job)) throw new Error(`the Job is ${JSON.stringify(job)}`);
        return job;
      });
    },
    noPods(job: JobView) {
      return eventually(async () => {
        const left = await podsOf(job);
        if (left.length > 0) throw new Error(`Pods are left: ${JSON.stringify(left)}`);
      });
    },
  };
}

interface Written {
  readonly script: string;
  readonly spec: Partial<V1JobSpec>;
  readonly podSpec: object;
}

function manifest(window: Ref, installation: string, { script, spec, podSpec }: Written): V1Job {
  const jobName = `job-${id()}`;
  const container = { name: "main", image: "localhost/exclusive-window/busybox:dev", command: ["/bin/sh", "-c", script] };
  const template = { spec: { restartPolicy: "Never", terminationGracePeriodSeconds: 1, containers: [container], ...podSpec } };
  return jobManifest({
    template: { spec: { backoffLimit: 0, ...spec, template } },
    window,
    run: { id: `run-${jobName}`, jobName, scheduledTime: "2026-03-01T02:00:00Z", deadlineTime: "2026-03-01T06:00:00Z" },
    installation,
  });
}
