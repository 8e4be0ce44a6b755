// Windows and their runs, as a user would make, start and read them.
import { apiVersion, kind, plural, runRequestAnnotation } from "../../../src/crds/meta.ts";
import { parseWindow, type Window } from "../../../src/crds/parse.ts";
import type { HistoryEntry, RunRecord } from "../../../src/crds/status.ts";
import { path } from "../../../src/kube/json.ts";
import type { Kube } from "../../../src/kube/kube.ts";
import { jobTemplate } from "./job-scripts.ts";
import { until } from "./until.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface EventSeen {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
}

export interface StageWindows {
  /** The lock path of the story of that name: nobody else's. */
  lockPath(story: string): string;
  /** Applies a window whose Job runs that script, on the lock path of its name, and waits until it is accepted. */
  make(name: string, script: string, spec?: Fields): Promise<void>;
  /** Applies anything as a window's spec and waits for nothing. What is left out is as in `make`. */
  apply(name: string, spec: Fields): Promise<void>;
  annotate(name: string, annotation: string, value: string): Promise<void>;
  read(name: string): Promise<Window>;
  isGone(name: string): Promise<boolean>;
  /** Asks for a run by the annotation, and does not wait for anybody to hear of it. */
  askForRun(name: string, value?: string): Promise<void>;
  /** Deletes the window, and waits for nothing. */
  remove(name: string): Promise<void>;
  /** Asks for a run by the annotation, and waits until the controller has answered. */
  runNow(name: string, value?: string): Promise<void>;
  /** Waits until the active run is as asked. */
  run(name: string, what: string, holds: (run: RunRecord) => boolean): Promise<RunRecord>;
  /** Waits until so many runs (default one) are over and none is active; answers the last one. */
  ended(name: string, count?: number): Promise<HistoryEntry>;
  /** Waits for the condition, said of the present spec, with that reason if one is named; answers its message. */
  condition(name: string, type: string, status: string, reason?: string): Promise<string>;
  /** Waits until an Event with that reason was told of the object of that name; answers all of them, oldest first. */
  events(name: string, reason: string): Promise<readonly EventSeen[]>;
}

export function createWindows(kube: Kube, namespace: string): StageWindows {
  const where = (name: string) => path("apis", ...apiVersion.split("/"), "namespaces", namespace, plural, name);
  const lockPath = (story: string) => `/${namespace}/${story}`;
  const patch = (what: string, name: string, body: Fields) =>
    kube.rest.call(what, { method: "PATCH", path: where(name), contentType: "application/merge-patch+json", body });
  const read = async (name: string): Promise<Window> => {
    const parsed = parseWindow(await kube.windows.get(namespace, name));
    if (parsed.kind === "invalid") throw new Error(JSON.stringify(parsed.problems));
    return parsed.window;
  };
  const apply = async (name: string, spec: Fields) => {
    const whole = { schedule: "0 2 1 1 *", locks: [{ path: lockPath(name) }], ...spec };
    const body = { apiVersion, kind, metadata: { name, namespace }, spec: whole };
    const query = { fieldManager: "e2e", force: true };
    await kube.rest.call("apply", { method: "PATCH", path: where(name), query, contentType: "application/apply-patch+yaml", body });
  };
  const condition = (name: string, type: string, status: string, reason?: string) =>
    until(`${type} of ${name} is ${status} ${reason ?? ""}`, async () => {
      const window = await read(name);
      const found = window.status.conditions?.find((c) => c.type === type);
      if (found?.status !== status || found.observedGeneration !== window.generation) return undefined;
      return reason === undefined || found.reason === reason ? found.message : undefined;
    });
  const annotate = async (name: string, annotation: string, value: string) =>
    void (await patch("annotate", name, { metadata: { annotations: { [annotation]: value } } }));
  return {
    lockPath,
    read,
    apply,
    annotate,
    condition,
    askForRun: (name, value = new Date().toISOString()) => annotate(name, runRequestAnnotation, value),
    remove: async (name) => void (await kube.rest.call("delete the window", { method: "DELETE", path: where(name) })),
    isGone: async (name) => (await kube.windows.get(namespace, name)) === undefined,
    async make(name, script, spec = {}) {
      await apply(name, { jobTemplate: jobTemplate(script), ...spec });
      await condition(name, "Ready", "True");
    },
    async runNow(name, value = new Date().toISOString()) {
      await annotate(name, runRequestAnnotation, value);
      await until(`the request ${value} is answered`, async () => (await read(name)).status.lastHandledRunRequest === value);
    },
    run: (name, what, holds) =>
      until(`the run of ${name} ${what}`, async () => {
        const { run } = (await read(name)).status;
        return run !== undefined && holds(run) ? run : undefined;
      }),
    ended: (name, count = 1) =>
      until(`run ${count} of ${name} is over`, async () => {
        const { history = [], run } = (await read(name)).status;
        return history.length >= count && run === undefined ? history[0] : undefined;
      }),
    events: (name, reason) =>
      until(`the Event ${reason} is told of ${name}`, async () => {
        const told = await eventsOf(kube, namespace, name);
        return told.some((event) => event.reason === reason) ? told : undefined;
      }),
  };
}

type EventObject = EventSeen & { readonly regarding: { readonly name: string }; readonly eventTime: string };

async function eventsOf(kube: Kube, namespace: string, name: string): Promise<readonly EventSeen[]> {
  const { body } = await kube.rest.call<{ readonly items: readonly EventObject[] }>("list Events", {
    method: "GET",
    path: path("apis", "events.k8s.io", "v1", "namespaces", namespace, "events"),
  });
  const own = body.items.filter((event) => event.regarding.name === name && event.eventTime !== null);
  return own.toSorted((a, b) => a.eventTime.localeCompare(b.eventTime)).map(({ type, reason, note }) => ({ type, reason, note }));
}
