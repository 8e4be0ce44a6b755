// Events: what users see in `kubectl describe`. Told once an effect has happened, and never relied on.
//
// Promised: a failure is logged and never thrown; the same thing said again within six minutes is counted in the Event that
// said it first (a series). Not promised: that an Event arrives, or that it is kept.
import { group } from "../crds/meta.ts";
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/errors.ts";
import type { Log } from "../shared/log.ts";
import { isKubeError } from "./errors.ts";
import { path } from "./json.ts";
import { microTime } from "./micro-time.ts";
import type { Rest } from "./rest.ts";

export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface Event {
  readonly regarding: ObjectReference;
  readonly related?: ObjectReference | undefined;
  readonly type: "Normal" | "Warning";
  /** One UpperCamelCase word for programs: why. */
  readonly reason: string;
  /** One UpperCamelCase word: what was done about it. */
  readonly action: string;
  /** For people; cut to 1,024 bytes. */
  readonly note: string;
}

export interface Events {
  /** Resolves when the Event was told or given up; never rejects. Events are told in the order of the calls. */
  post(event: Event): Promise<void>;
}

export interface EventsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Who tells: the controller's Pod. Cut to 128 characters. */
  readonly instance: string;
  /** A text that no other call answers; lower-case letters and digits. */
  readonly id: () => string;
}

const seriesMs = 6 * 60_000;
const longestQueue = 100;

interface Told {
  readonly name: string;
  count: number;
  lastMs: number;
}

export function createEvents(rest: Rest, options: EventsOptions): Events {
  const { clock, log } = options;
  const told = new Map<string, Told>();
  let queue: Promise<void> = Promise.resolve();
  let queued = 0;

  async function tell(event: Event): Promise<void> {
    const nowMs = clock.monotonic();
    for (const [key, { lastMs }] of told) if (nowMs - lastMs > seriesMs) told.delete(key);
    const key = JSON.stringify([event.regarding.uid, event.reason, event.note]);
    const before = told.get(key);
    if (before !== undefined && (await isCounted(rest, event, before, clock.now()))) {
      before.lastMs = nowMs;
      return;
    }
    const name = `${event.regarding.name.slice(0, 200).replace(/[-.]+$/, "")}.${options.id()}`;
    await create(rest, event, { name, nowMs: clock.now(), instance: options.instance });
    told.set(key, { name, count: 1, lastMs: nowMs });
  }

  return {
    post(event) {
      // While the API server is away each Event takes its whole deadline: the queue must not grow without end.
      const fields = { reason: event.reason, note: event.note, namespace: event.regarding.namespace, name: event.regarding.name };
      if (queued >= longestQueue) {
        log.warn("event dropped: too many wait for the API server", fields);
        return Promise.resolve();
      }
      queued++;
      queue = queue
        .then(() => tell(event))
        .catch((error: unknown) => log.warn("event not told", { ...fields, error: messageOf(error) }))
        .finally(() => queued--);
      return queue;
    },
  };
}

async function create(rest: Rest, event: Event, given: { name: string; nowMs: number; instance: string }): Promise<void> {
  const { regarding, related, type, reason, action } = event;
  await rest.call<unknown>(`create Event ${reason} for ${regarding.namespace}/${regarding.name}`, {
    method: "POST",
    path: eventsPath(regarding.namespace),
    body: {
      metadata: { name: given.name, namespace: regarding.namespace },
      eventTime: microTime(given.nowMs),
      reportingController: `${group}/controller`,
      reportingInstance: given.instance.slice(0, 128),
      regarding,
      related,
      type,
      reason,
      action,
      note: cut(event.note, 1024),
    },
  });
}

/** False when the Event has been forgotten by the cluster (after an hour, by default): it has to be told anew. */
async function isCounted(rest: Rest, event: Event, before: Told, nowMs: number): Promise<boolean> {
  const series = { count: before.count + 1, lastObservedTime: microTime(nowMs) };
  try {
    await rest.call<unknown>(`count Event ${event.reason} for ${event.regarding.namespace}/${event.regarding.name}`, {
      method: "PATCH",
      path: eventsPath(event.regarding.namespace) + path(before.name),
      contentType: "application/merge-patch+json",
      body: { series },
    });
  } catch (error) {
    if (isKubeError(error, "NotFound")) return false;
    throw error;
  }
  before.count++;
  return true;
}

function eventsPath(namespace: string): string {
  return path("apis", "events.k8s.io", "v1", "namespaces", namespace, "events");
}

/** The server counts bytes; a character that does not fit is left out whole. */
function cut(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  const kept = all.subarray(0, bytes - 3).toString("utf8");
  return `${kept.replace(/\uFFFD+$/, "")}…`;
}
