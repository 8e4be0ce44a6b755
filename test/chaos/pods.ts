// The Pods of the windows' Jobs: whose they are, and from when to when their containers worked, by their own words.
// Promised: a log that breaks off is read again from its beginning while the Pod is there.
import { setTimeout as pause } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { runLabel, windowLabel } from "../../src/crds/meta.ts";
import { isKubeError } from "../../src/kube/errors.ts";
import { type Json, path } from "../../src/kube/json.ts";
import type { Kube } from "../../src/kube/kube.ts";
import { podView } from "../../src/kube/pod-view.ts";
import type { PodLife } from "../support/history/history.ts";
import type { Timeline } from "./timeline.ts";

export interface PodSeen extends PodLife {
  readonly window: string;
}

export interface PodsSeen {
  /** Those whose container has worked, in the order of their starts. */
  all(): readonly PodSeen[];
  /** The windows of which a Pod works now. */
  running(): readonly string[];
  /** No log is being read any more. */
  readonly isSilent: boolean;
  stop(): void;
}

type Life = { -readonly [K in keyof PodSeen]: PodSeen[K] } & { silent: boolean };
const AGAIN_MS = 500;

export function watchPods(kube: Kube, namespace: string, timeline: Timeline): PodsSeen {
  const lives = new Map<string, Life>();
  const stopped = new AbortController();
  const where = path("api", "v1", "namespaces", namespace, "pods");
  const follow = async (life: Life) => {
    while (!life.silent && !stopped.signal.aborted) {
      const request = { method: "GET", path: `${where}${path(life.pod, "log")}`, query: { follow: true } } as const;
      const read = kube.rest.open(`follow the log of ${life.pod}`, request, stopped.signal);
      life.silent = await read.then((stream) => hear(stream, life, timeline)).catch((error: unknown) => isGone(error));
      if (!life.silent) await pause(AGAIN_MS);
    }
  };
  const watch = kube.watch<Json<V1Pod>>({
    what: "Pods of the windows' Jobs",
    path: where,
    selectors: { labelSelector: runLabel },
    project: (object) => object as Json<V1Pod>,
    onChange: ({ kind, object }) => {
      if (kind !== "present" || !podView(object, Date.now()).started || lives.has(object.metadata?.uid ?? "")) return;
      const life = lifeOf(object);
      lives.set(object.metadata?.uid ?? "", life);
      void follow(life);
    },
  });
  const worked = () => [...lives.values()].filter(({ start }) => start > 0n).sort((a, b) => (a.start < b.start ? -1 : 1));
  return {
    all: worked,
    running: () => worked().flatMap(({ silent, window }) => (silent ? [] : [window])),
    get isSilent() {
      return [...lives.values()].every(({ silent }) => silent);
    },
    stop() {
      watch.stop();
      stopped.abort();
    },
  };
}

function lifeOf(pod: Json<V1Pod>): Life {
  const labels = pod.metadata?.labels ?? {};
  const { name, jobUid = labels["batch.kubernetes.io/controller-uid"] ?? "" } = podView(pod, Date.now());
  return {
    pod: name,
    jobUid,
    runId: labels[runLabel] ?? "",
    window: labels[windowLabel] ?? "",
    token: "",
    start: 0n,
    end: 0n,
    silent: false,
  };
}

/** True: the log is whole. */
async function hear(stream: AsyncIterable<unknown>, life: Life, timeline: Timeline): Promise<boolean> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hearLine(line, life, timeline);
  }
  return true;
}

function hearLine(line: string, life: Life, timeline: Timeline): void {
  const [, word, digits = "0", token] = /^(start|beat|end) (\d+)(?: token (\S+))?/.exec(line) ?? [];
  const at = BigInt(digits);
  if (word === undefined || at <= life.end) return;
  life.end = at;
  if (word === "start") {
    life.start = at;
    life.token = token ?? "";
  }
  if (word !== "beat") timeline.add(at, `Pod ${life.pod} of ${life.window}: ${word}${token === undefined ? "" : `, token ${token}`}`);
}

function isGone(error: unknown): boolean {
  return isKubeError(error, "NotFound");
}
