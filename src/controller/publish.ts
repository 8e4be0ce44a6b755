// Tells users: status first, then Events, then metrics. An Event that follows from a status which could not be written is not
// told; the next look will find the same and tell it then.
import { apiVersion, kind } from "../crds/meta.ts";
import type { Window } from "../crds/parse.ts";
import type { Status } from "../crds/status.ts";
import { isKubeError } from "../kube/errors.ts";
import type { EventNote } from "../report/events.ts";
import type { Report } from "../report/report.ts";
import type { Hands } from "./hands.ts";

/** The window as far as it is told about. */
export type Told = Pick<Window, "namespace" | "name" | "uid" | "resourceVersion" | "status">;

export type Published = "written" | "unchanged" | "stale";

/** Throws KubeError when the API server cannot be reached or refuses; "stale" when the window has changed since the look. */
export async function publish(window: Told, { status, events }: Report, hands: Hands): Promise<Published> {
  if (same(window.status, status)) {
    hands.metrics.published(window, window.status); // A leader that is new has told nothing of it yet.
    return "unchanged";
  }
  try {
    await hands.kube.windows.publishStatus(window, status);
  } catch (error) {
    if (isKubeError(error, "Conflict", "NotFound")) return "stale";
    throw error;
  }
  for (const event of events) post(window, status, event, hands);
  hands.metrics.published(window, status);
  return "written";
}

/** Not waited for: an Event may be slow, and nothing depends on it. */
function post(window: Told, status: Status, { type, reason, action, note, job }: EventNote, { kube, log }: Hands): void {
  const { namespace, name, uid } = window;
  const ref = status.run?.jobRef ?? window.status.run?.jobRef;
  const related = job && ref !== undefined ? { related: { apiVersion: "batch/v1", kind: "Job", namespace, ...ref } } : {};
  log.info(note, { event: reason, namespace, name, runId: status.run?.id ?? window.status.run?.id });
  void kube.events.post({ regarding: { apiVersion, kind, namespace, name, uid }, ...related, type, reason, action, note });
}

function same(a: Status, b: Status): boolean {
  return canonical(a) === canonical(b);
}

/** JSON with sorted keys, without what is undefined. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(byKey)) : part,
  );
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
