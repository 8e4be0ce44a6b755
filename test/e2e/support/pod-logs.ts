// What the containers of runs said, heard while they say it: a log goes with its Pod, and some stories delete Pods.
// Promised: `of` leaves out no Pod whose container was seen to start.
import { setTimeout as pause } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { runLabel } from "../../../src/crds/meta.ts";
import { isKubeError } from "../../../src/kube/errors.ts";
import { type Json, path } from "../../../src/kube/json.ts";
import type { Kube } from "../../../src/kube/kube.ts";
import { type PodView, podView } from "../../../src/kube/pod-view.ts";
import type { Interval } from "./crowd.ts";
import { until } from "./until.ts";

export interface PodLog {
  readonly pod: string;
  /** What the container found in EXCLUSIVE_WINDOW_FENCING_TOKEN. */
  readonly token: string;
  /** From its first to its last sign of life; `end` grows while it runs. */
  readonly interval: Interval;
  /** Whether nothing more can come. */
  readonly silent: boolean;
}

export interface PodLogs {
  /** The logs of the Job's Pods so far, the first to start first. */
  soFar(jobName: string): readonly PodLog[];
  /** Waits until so many Pods of the Job have begun to work, and answers their logs. */
  begun(jobName: string, count?: number): Promise<readonly PodLog[]>;
  /** Waits until every Pod of the Job has fallen silent, and answers when each of them ran. */
  intervals(jobName: string): Promise<readonly Interval[]>;
  stop(): void;
}

const AGAIN_MS = 200;

interface Followed {
  text: string;
  silent: boolean;
}

export function followLogs(kube: Kube, namespace: string): PodLogs {
  const logs = new Map<string, Followed>();
  const stopped = new AbortController();
  const podsPath = path("api", "v1", "namespaces", namespace, "pods");
  const follow = async (name: string) => {
    const log: Followed = { text: "", silent: false };
    logs.set(name, log);
    try {
      const request = { method: "GET", path: `${podsPath}${path(name, "log")}`, query: { follow: true } } as const;
      const stream = await kube.rest.open(`follow the log of ${name}`, request, stopped.signal);
      for await (const chunk of stream) log.text += String(chunk);
      log.silent = true;
    } catch (error) {
      if (log.text === "") await followAgain(name, error);
      else log.silent = true;
    }
  };
  /** The container may not be there yet, and no change of the Pod need ever come to say that it is. */
  const followAgain = async (name: string, error: unknown) => {
    await pause(AGAIN_MS);
    logs.delete(name);
    if (!stopped.signal.aborted && !isKubeError(error, "NotFound")) void follow(name);
  };
  const seen = (pod: PodView) => {
    if (pod.started && !logs.has(pod.name)) void follow(pod.name);
  };
  const watch = kube.watch<PodView>({
    what: "Pods of the stories' Jobs",
    path: podsPath,
    selectors: { labelSelector: runLabel },
    project: (object) => podView(object as Json<V1Pod>, Date.now()),
    onChange: ({ kind, object }) => {
      if (kind === "present") seen(object);
    },
  });
  const soFar = (jobName: string) =>
    [...logs]
      .filter(([name, { text }]) => name.startsWith(`${jobName}-`) && text.includes("start "))
      .map(([name, log]) => podLog(name, log))
      .sort((a, b) => (a.interval.start < b.interval.start ? -1 : 1));
  return {
    soFar,
    begun: (jobName, count = 1) =>
      until(`${count} Pods of ${jobName} work`, () => {
        const found = soFar(jobName);
        return found.length >= count ? found : undefined;
      }),
    async intervals(jobName) {
      for (const pod of await kube.pods.listBySelector(namespace, `batch.kubernetes.io/job-name=${jobName}`)) seen(pod);
      const own = () => [...logs].filter(([name]) => name.startsWith(`${jobName}-`));
      await until(`the Pods of ${jobName} are silent`, () => own().every(([, { silent }]) => silent));
      return soFar(jobName).map(({ interval }) => interval);
    },
    stop() {
      watch.stop();
      stopped.abort();
    },
  };
}

function podLog(pod: string, { text, silent }: Followed): PodLog {
  const times = [...text.matchAll(/^(?:start|beat|end) (\d+)/gm)].map((match) => BigInt(match[1] ?? 0));
  const token = /^start \d+ token (\S+)/m.exec(text)?.[1] ?? "";
  return { pod, token, interval: { start: times[0] ?? 0n, end: times.at(-1) ?? 0n }, silent };
}
